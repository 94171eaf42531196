import { describe, expect, it } from "vitest";
import { rowsOf, seatAfterKey } from "./keyboard";
import type { Seat } from "./seats";
import { bookOf, wholeSeat } from "./test-room";

// A is shifted by half a seat, B has 1, 3 to the left of its aisle and 2, 4 to the right, C is short.
const SEATS = bookOf([
  ...[1, 2, 3, 4].map((number) => wholeSeat("A", number, { x: number - 0.5 })),
  wholeSeat("B", 3, { x: 0 }),
  wholeSeat("B", 1, { x: 1 }),
  wholeSeat("B", 2, { x: 3 }),
  wholeSeat("B", 4, { x: 4 }),
  wholeSeat("C", 1, { x: 2 }),
]);
const ROWS = rowsOf(SEATS.seats);

function after(id: string, key: string, ctrl = false): string | undefined {
  return seatAfterKey(ROWS, SEATS.find(id) as Seat, key, ctrl)?.id;
}

describe("keys in the map", () => {
  it.each([
    ["B1", "ArrowLeft", "B3"],
    ["B1", "ArrowRight", "B2"], // across the aisle
    ["B3", "ArrowLeft", "B3"], // at the wall
    ["B4", "ArrowRight", "B4"],
    ["A4", "ArrowDown", "B2"],
    ["A1", "ArrowUp", "A1"],
    ["B4", "ArrowDown", "C1"],
    ["C1", "ArrowUp", "B1"],
    ["C1", "ArrowDown", "C1"],
    ["B2", "Home", "B3"],
    ["B1", "End", "B4"],
    ["A1", "PageDown", "C1"],
    ["C1", "PageUp", "A2"],
  ])("%s, %s: %s", (from, key, to) => {
    expect(after(from, key)).toBe(to);
  });

  it("goes to the first and last seat of the room with Ctrl", () => {
    expect(after("B2", "Home", true)).toBe("A1");
    expect(after("A1", "End", true)).toBe("C1");
  });

  it("leaves other keys to the browser", () => {
    expect(after("A1", "a")).toBeUndefined();
  });

  it("orders rows by where they stand, not by their names", () => {
    const seats = bookOf([wholeSeat("A", 1, { y: 2 }), wholeSeat("Z", 1, { y: 0 }), wholeSeat("AA", 1, { y: 1 })]).seats;
    expect(rowsOf(seats).map((row) => row[0]?.row)).toEqual(["Z", "AA", "A"]);
  });

  it("keeps a curved row together", () => {
    const curve = bookOf([
      wholeSeat("A", 1, { x: 0, y: 1 }),
      wholeSeat("A", 2, { x: 1, y: 0.4 }),
      wholeSeat("B", 1, { x: 0, y: 1.9 }),
    ]).seats;
    expect(rowsOf(curve).map((row) => row.map((seat) => seat.id))).toEqual([["A1", "A2"], ["B1"]]);
  });
});
