import { effect } from "@preact/signals";
import { describe, expect, it } from "vitest";
import { SeatBook, type SeatNews, type Status, type WholeSeat } from "./seats";
import { wholeSeat } from "./test-room";

function news(id: string, version: number, status: Status, heldUntil: string | null = null): SeatNews {
  return { id, version, status, heldUntil };
}

function map(seats: WholeSeat[], position = "1") {
  return { __typename: "SeatMap" as const, position, startsAt: "2026-11-29T20:30:00Z", status: "SCHEDULED", seats };
}

function delta(seats: SeatNews[], position = "2") {
  return { __typename: "SeatMapDelta" as const, position, seats };
}

function room(...numbers: number[]): SeatBook {
  const book = new SeatBook();
  book.fold(map(numbers.map((number) => wholeSeat("A", number))));
  return book;
}

const status = (book: SeatBook, id: string) => book.find(id)?.state.value.status;

describe("the fold of a live map", () => {
  it("keeps the highest version of each seat, in any order of updates", () => {
    const book = room(1, 2);
    book.fold(delta([news("A1", 3, "SOLD")]));
    book.fold(delta([news("A1", 2, "HELD", "2026-11-29T20:00:30Z"), news("A2", 2, "BLOCKED")]));
    expect(status(book, "A1")).toBe("SOLD");
    expect(status(book, "A2")).toBe("BLOCKED");
  });

  it("takes the same version again: updates may come twice", () => {
    const book = room(1);
    for (const position of ["2", "3"]) book.fold(delta([news("A1", 2, "SOLD")], position));
    expect(status(book, "A1")).toBe("SOLD");
    expect(book.position).toBe("3");
  });

  it("does not let an old whole map hide what it knows", () => {
    const book = room(1);
    book.fold(delta([news("A1", 5, "SOLD")]));
    book.fold(map([wholeSeat("A", 1, { version: 4 })], "9"));
    expect(status(book, "A1")).toBe("SOLD");
    expect(book.position).toBe("9");
  });

  it("says that a delta has a seat that it cannot draw, and stays at its position", () => {
    const book = room(1);
    expect(book.fold(delta([news("A2", 1, "AVAILABLE"), news("A1", 2, "SOLD")]))).toBe(false);
    expect(book.position).toBe("1");
    expect(status(book, "A1")).toBe("SOLD");
  });

  it("draws again only if a whole map has other seats or places", () => {
    const book = room(1, 2);
    const plan = book.plan.value;
    book.fold(map([wholeSeat("A", 1), wholeSeat("A", 2)]));
    expect(book.plan.value).toBe(plan);
    book.fold(map([wholeSeat("A", 1), wholeSeat("A", 2, { x: 7 }), wholeSeat("A", 3)]));
    expect(book.plan.value).toBe(plan + 1);
    expect(book.find("A2")?.x).toBe(7);
  });

  it("draws again for another price", () => {
    const book = room(1);
    const plan = book.plan.value;
    book.fold(map([wholeSeat("A", 1, { amountMinor: 1, version: 2 })]));
    expect(book.plan.value).toBe(plan + 1);
  });

  it("frees a seat whose hold is over, and takes it back if the hold was extended", () => {
    const book = room(1);
    book.fold(delta([news("A1", 2, "HELD", "2026-11-29T20:00:30Z")]));
    book.expire(Date.parse("2026-11-29T20:00:29.999Z"));
    expect(status(book, "A1")).toBe("HELD");
    book.expire(Date.parse("2026-11-29T20:00:30Z"));
    expect(status(book, "A1")).toBe("AVAILABLE");
    book.fold(delta([news("A1", 3, "HELD", "2026-11-29T20:01:00Z")]));
    expect(status(book, "A1")).toBe("HELD");
  });

  it("wakes only who draws a changed seat, and once", () => {
    const book = room(1, 2, 3);
    const drawn: string[] = [];
    for (const seat of book.seats) effect(() => void drawn.push(seat.label + seat.state.value.status));
    drawn.length = 0;
    const update = delta([news("A1", 2, "SOLD"), news("A2", 1, "AVAILABLE")]);
    book.fold(update);
    book.fold(update);
    expect(drawn).toEqual(["A1SOLD"]);
  });

  it("keeps what the customer chose when a seat changes", () => {
    const book = room(1);
    book.choose("A1", true);
    book.fold(delta([news("A1", 2, "SOLD")]));
    expect(book.find("A1")?.state.value).toMatchObject({ status: "SOLD", chosen: true });
  });
});
