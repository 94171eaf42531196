import { describe, expect, it } from "vitest";
import { calendarFile } from "./calendar";

const SESSION = {
  id: "s1",
  startsAt: "2026-11-29T23:30:00+00:00",
  endsAt: "2026-11-30T01:20:00+00:00",
  title: "Limite",
  place: "Cine Paulista, Avenida Paulista, 2073; São Paulo",
  details: "Row G\nSeat 12",
};
const NOW = new Date("2026-11-01T10:00:00.123Z");

describe("calendarFile", () => {
  it("has the session in UTC", () => {
    const lines = calendarFile(SESSION, NOW).split("\r\n");

    expect(lines).toContain("DTSTART:20261129T233000Z");
    expect(lines).toContain("DTEND:20261130T012000Z");
    expect(lines).toContain("DTSTAMP:20261101T100000Z");
    expect(lines.at(-1)).toBe("");
  });

  it("escapes what separates values", () => {
    const text = calendarFile(SESSION, NOW);

    expect(text).toContain("LOCATION:Cine Paulista\\, Avenida Paulista\\, 2073\\; São Paulo");
    expect(text).toContain("DESCRIPTION:Row G\\nSeat 12");
  });

  it("folds lines of more than 75 bytes, never within a character", () => {
    const title = "Ação ".repeat(30);
    const text = calendarFile({ ...SESSION, title }, NOW);

    const lines = text.split("\r\n");
    expect(lines.filter((line) => new TextEncoder().encode(line).length > 75)).toEqual([]);
    expect(text.replaceAll("\r\n ", "")).toContain(`SUMMARY:${title}`);
  });
});
