import { expect, it, vi } from "vitest";

vi.stubGlobal("location", { pathname: "/", search: "" });
const { placeOf } = await import("./router");

it.each([
  ["/", "movies", ""],
  ["/movies/m-1", "movie", "m-1"],
  ["/sessions/a%20b", "session", "a b"],
  ["/sessions/%E0%A4%A", "session", "%E0%A4%A"],
  ["/tickets", "tickets", ""],
])("knows %s", (path, page, id) => {
  expect(placeOf(path, "?day=2026-11-29")).toMatchObject({ page, id });
});

it.each(["/movies", "/movies/m-1/x", "/graphiql", "/Tickets", "/tickets/"])("does not know %s", (path) => {
  expect(placeOf(path, "").page).toBeNull();
});
