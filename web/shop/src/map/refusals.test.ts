import { describe, expect, it } from "vitest";
import { noticeOf, type Refusal } from "./refusals";
import type { Seat } from "./seats";
import { bookOf, wholeSeat } from "./test-room";

const room = () => bookOf([1, 2, 3, 4, 5].map((number) => wholeSeat("A", number)));
const state = (id: string, status: "SOLD" | "AVAILABLE", version = 2) => ({ id, version, status, heldUntil: null });
const ids = (seats: readonly Seat[] = []) => seats.map(({ id }) => id);

describe("a refusal", () => {
  it("names the lost seats, shows them as they are now, and offers free ones beside them", () => {
    const book = room();
    const refusal = { __typename: "SeatsUnavailable", code: "", message: "", seats: [state("A2", "SOLD"), state("A3", "SOLD")] };
    const notice = noticeOf(refusal as Refusal, book, []);
    expect([notice.kind, ids(notice.seats), ids(notice.instead)]).toEqual(["lost", ["A2", "A3"], ["A4", "A5"]]);
    expect(book.find("A2")?.state.value.status).toBe("SOLD");
  });

  it("offers what the server found in place of all that was chosen, if a seat would be left alone", () => {
    const book = room();
    const refusal = { __typename: "OrphanLeft", code: "", message: "", orphans: [state("A1", "AVAILABLE", 1)], better: [state("A1", "AVAILABLE", 1)] };
    const notice = noticeOf(refusal as Refusal, book, [book.find("A2") as Seat]);
    expect([notice.kind, ids(notice.seats), ids(notice.instead), ids(notice.replaced)]).toEqual(["orphans", ["A1"], ["A1"], ["A2"]]);
  });

  it("shows the text of the field that is wrong, or else of the refusal", () => {
    const invalid = { __typename: "InvalidInput", code: "", message: "no", fields: [{ path: [], message: "Sofas are sold whole." }] };
    expect(noticeOf(invalid as Refusal, room(), []).text).toBe("Sofas are sold whole.");
    const limit = { __typename: "CustomerLimit", code: "", message: "Up to 16 seats." };
    expect(noticeOf(limit as Refusal, room(), []).text).toBe("Up to 16 seats.");
  });
});
