import { beforeEach, expect, it, vi } from "vitest";

const starts = ["2026-11-29T20:30:00", "2026-11-30T14:00:00", "2026-11-30T21:00:00", "2026-12-03T21:00:00"];
const asked: string[] = [];
/** A cinema in São Paulo, which sells until the start. */
const ask = vi.fn(async (_: unknown, { filter }: { filter: { date?: string; startsAfter?: string } }) => {
  asked.push(filter.date ?? "next");
  const nodes = starts.map((startsAtLocal) => ({ startsAtLocal, salesEndAt: `${startsAtLocal}-03:00` }));
  const found = nodes.filter(({ startsAtLocal, salesEndAt }) =>
    filter.date ? startsAtLocal.startsWith(filter.date) : Date.parse(salesEndAt) >= Date.parse(filter.startsAfter ?? ""),
  );
  return { sessions: { edges: found.map((node) => ({ node })) } };
});
vi.mock("./api/http", () => ({
  ask,
  all: async (page: (after: null) => Promise<{ edges: { node: unknown }[] }>) => (await page(null)).edges.map(({ node }) => node),
}));
vi.stubGlobal("localStorage", { getItem: () => null });
const { programmeOf } = await import("./programme");

const at = (moment: string) => vi.setSystemTime(moment);
const read = async (day: string, isAsked = false) => {
  const found = await programmeOf("cinema", day, isAsked, new AbortController().signal);
  return [found.day, found.sessions.length, found.next, asked.join()];
};

beforeEach(() => {
  vi.useFakeTimers();
  asked.length = 0;
});

it("asks once for a day that has a session to buy", async () => {
  at("2026-11-29T20:00:00-03:00");
  expect(await read("2026-11-29")).toEqual(["2026-11-29", 1, null, "2026-11-29"]);
});

it("shows the next day when the last session of today has begun", async () => {
  at("2026-11-29T22:00:00-03:00");
  expect(await read("2026-11-29")).toEqual(["2026-11-30", 2, null, "2026-11-29,next,2026-11-30"]);
});

it("stays on the day that somebody asked for, and knows the next one", async () => {
  at("2026-11-29T22:00:00-03:00");
  expect(await read("2026-11-29", true)).toEqual(["2026-11-29", 0, "2026-11-30", "2026-11-29,next"]);
  expect(await read("2026-12-01", true)).toEqual(["2026-12-01", 0, "2026-12-03", "2026-11-29,next,2026-12-01,next"]);
});

it("has no next day after the last session of all", async () => {
  at("2026-12-03T23:00:00-03:00");
  expect(await read("2026-12-03")).toEqual(["2026-12-03", 0, null, "2026-12-03,next"]);
});
