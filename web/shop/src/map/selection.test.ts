import { effect } from "@preact/signals";
import { beforeEach, describe, expect, it } from "vitest";
import { Store } from "../storage";
import { Selection } from "./selection";
import type { Seat } from "./seats";
import { bookOf, memoryStorage, wholeSeat } from "./test-room";

const book = () =>
  bookOf([
    ...[1, 2, 3, 4, 5, 6, 7, 8, 9].map((number) => wholeSeat("A", number)),
    wholeSeat("B", 1, { features: ["SOFA_LEFT"] }),
    wholeSeat("B", 2, { features: ["SOFA_RIGHT"] }),
    wholeSeat("C", 1, { status: "SOLD" }),
  ]);

const memoryStore = () => {
  const storage = memoryStorage();
  return new Store(() => storage);
};

describe("the choice of seats", () => {
  let seats = book();
  let store = memoryStore();
  let selection = new Selection("s", seats, store);
  beforeEach(() => {
    seats = book();
    store = memoryStore();
    selection = new Selection("s", seats, store);
  });
  const seat = (id: string) => seats.find(id) as Seat;
  const ids = () => selection.chosen.value.map((chosen) => chosen.seat.id);

  it("chooses a seat and gives it up again", () => {
    expect(selection.toggle(seat("A1"))).toBe("chosen");
    expect(seat("A1").state.value.chosen).toBe(true);
    expect(selection.toggle(seat("A1"))).toBe("given-up");
    expect(ids()).toEqual([]);
    expect(seat("A1").state.value.chosen).toBe(false);
  });

  it("chooses both halves of a sofa, and gives both up", () => {
    selection.toggle(seat("B2"));
    expect(ids()).toEqual(["B2", "B1"]);
    selection.toggle(seat("B1"));
    expect(ids()).toEqual([]);
  });

  it("chooses one half alone if the other is sold", () => {
    seats.learn([{ id: "B1", version: 2, status: "SOLD", heldUntil: null }]);
    selection.toggle(seat("B2"));
    expect(ids()).toEqual(["B2"]);
  });

  it("refuses a taken seat, and leaves it to the server how many one may have", () => {
    expect(selection.toggle(seat("C1"))).toBe("taken");
    for (let number = 1; number <= 9; number += 1) expect(selection.toggle(seat(`A${number}`))).toBe("chosen");
    expect(ids()).toHaveLength(9);
  });

  it("survives a reload, with the types of tickets", () => {
    selection.toggle(seat("A2"));
    selection.setType("A2", "student");
    const after = new Selection("s", book(), store);
    expect(after.chosen.value.map((chosen) => [chosen.seat.id, chosen.ticketTypeId])).toEqual([["A2", "student"]]);
  });

  it("gives up what somebody else has taken, and says which", () => {
    selection.add([seat("A1"), seat("A2")]);
    seats.learn([{ id: "A1", version: 2, status: "HELD", heldUntil: "2026-11-29T20:00:00Z" }]);
    expect(selection.dropTaken().map(({ id }) => id)).toEqual(["A1"]);
    expect(ids()).toEqual(["A2"]);
  });

  it("wakes only who draws a seat that changed", () => {
    selection.add([seat("A1"), seat("A2")]);
    const drawn: string[] = [];
    for (const each of seats.seats) effect(() => void drawn.push(each.id + String(each.state.value.chosen)));
    drawn.length = 0;
    selection.toggle(seat("A3"));
    expect(drawn).toEqual(["A3true"]);
  });
});
