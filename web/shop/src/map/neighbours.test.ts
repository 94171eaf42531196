import { describe, expect, it } from "vitest";
import { besideWanted } from "./neighbours";
import type { Seat } from "./seats";
import { bookOf, wholeSeat } from "./test-room";

const row = (name: string, numbers: number[], other = {}) => numbers.map((number) => wholeSeat(name, number, other));

function offer(book: ReturnType<typeof bookOf>, ...wanted: string[]): string[] {
  return besideWanted(book.seats, wanted.map((id) => book.find(id) as Seat)).map((seat) => seat.id);
}

describe("seats beside those that are taken", () => {
  it("offers as many side by side, in the same row", () => {
    const book = bookOf([...row("A", [1, 2, 5, 6]), ...row("A", [3, 4], { status: "SOLD" })]);
    expect(offer(book, "A3", "A4")).toEqual(["A1", "A2"]);
  });

  it("does not offer seats with an aisle between them", () => {
    const book = bookOf([
      wholeSeat("A", 1, { status: "HELD" }),
      wholeSeat("A", 2, { x: 1 }),
      wholeSeat("A", 3, { x: 3 }),
      ...row("B", [1, 2]),
    ]);
    expect(offer(book, "A1", "A1")).toEqual(["B1", "B2"]);
  });

  it("offers neither what is chosen nor places for who needs them", () => {
    const book = bookOf([
      wholeSeat("A", 1, { status: "SOLD" }),
      wholeSeat("A", 2),
      wholeSeat("A", 3, { features: ["WHEELCHAIR"] }),
      wholeSeat("A", 4, { features: ["SOFA_LEFT"] }),
      wholeSeat("A", 5),
    ]);
    book.choose("A2", true);
    expect(offer(book, "A1")).toEqual(["A5"]);
  });

  it("offers nothing if nothing is free", () => {
    expect(offer(bookOf(row("A", [1, 2], { status: "SOLD" })), "A1")).toEqual([]);
  });
});
