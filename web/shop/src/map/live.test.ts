import type { Sink, SubscribePayload } from "graphql-ws";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Live, type Wire } from "./live";
import { SeatBook } from "./seats";
import { wholeSeat } from "./test-room";

class FakeWire {
  subscriptions: { payload: SubscribePayload; sink: Sink; ended: boolean }[] = [];
  terminate = vi.fn();
  closed = () => {};

  subscribe(payload: SubscribePayload, sink: Sink) {
    const subscription = { payload, sink, ended: false };
    this.subscriptions.push(subscription);
    return () => void (subscription.ended = true);
  }

  on(_: string, listener: () => void) {
    this.closed = listener;
    return () => {};
  }

  get last() {
    const last = this.subscriptions.at(-1);
    if (!last) throw new Error("nobody has subscribed");
    return last;
  }

  send(seatMap: object): void {
    this.last.sink.next({ data: { seatMap } });
  }
}

const WHOLE = {
  __typename: "SeatMap",
  position: "7",
  startsAt: "2026-11-29T20:30:00Z",
  status: "SCHEDULED",
  seats: [wholeSeat("A", 1)],
};
const delta = (id: string, position: string) => ({
  __typename: "SeatMapDelta",
  position,
  seats: [{ id, version: 2, status: "SOLD", heldUntil: null }],
});

describe("a live map", () => {
  let wire: FakeWire;
  let live: Live;
  let stop: () => void;
  let book: SeatBook;
  let browser: EventTarget & { visibilityState: string };
  const updated = vi.fn();

  beforeEach(() => {
    vi.useFakeTimers();
    browser = Object.assign(new EventTarget(), { visibilityState: "visible" });
    vi.stubGlobal("document", browser);
    for (const name of ["addEventListener", "removeEventListener"] as const) vi.stubGlobal(name, browser[name].bind(browser));
    wire = new FakeWire();
    book = new SeatBook();
    live = new Live(wire as unknown as Wire, { query: "{}", session: "s", book, updated });
    stop = live.start();
  });
  afterEach(() => {
    stop();
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  it("is live with the first update, and resumes from the last one after the socket closed", () => {
    expect(live.freshness.value).toBe("connecting");
    wire.send(WHOLE);
    expect(live.freshness.value).toBe("live");
    wire.closed();
    expect(live.freshness.value).toBe("stale");
    expect(wire.last.payload.variables).toMatchObject({ after: "7" });
    wire.send(delta("A1", "8"));
    expect(live.freshness.value).toBe("live");
    expect(wire.last.payload.variables).toMatchObject({ after: "8" });
  });

  it("asks for a whole map when a delta has a seat that it does not know", () => {
    wire.send(WHOLE);
    wire.send(delta("A2", "8"));
    expect(wire.subscriptions.map(({ ended }) => ended)).toEqual([true, false]);
    expect(wire.last.payload.variables).toMatchObject({ after: undefined });
  });

  it("subscribes again after an error, when the server says", () => {
    wire.send(WHOLE);
    wire.last.sink.error([{ message: "busy", extensions: { code: "RATE_LIMITED", retryAfter: 5 } }]);
    expect(live.freshness.value).toBe("stale");
    vi.advanceTimersByTime(4_999);
    expect(wire.subscriptions).toHaveLength(1);
    vi.advanceTimersByTime(1);
    expect(wire.subscriptions).toHaveLength(2);
    expect(wire.last.payload.variables).toMatchObject({ after: "7" });
  });

  it("is over when the session was removed", () => {
    wire.last.sink.error([{ message: "gone", extensions: { code: "NOT_FOUND" } }]);
    vi.advanceTimersByTime(60_000);
    expect(live.freshness.value).toBe("gone");
    expect(wire.subscriptions).toHaveLength(1);
  });

  it("doubts and connects again after a sleep and another network", () => {
    wire.send(WHOLE);
    browser.dispatchEvent(new Event("offline"));
    expect(live.freshness.value).toBe("stale");
    browser.dispatchEvent(new Event("online"));
    expect(wire.terminate).toHaveBeenCalledTimes(1);
    vi.setSystemTime(Date.now() + 3_600_000);
    vi.advanceTimersByTime(1_000);
    expect(wire.terminate).toHaveBeenCalledTimes(2);
  });

  it("lets a hidden page sleep until it is looked at", () => {
    wire.send(WHOLE);
    browser.visibilityState = "hidden";
    vi.advanceTimersByTime(600_000);
    expect(wire.terminate).not.toHaveBeenCalled();
    browser.visibilityState = "visible";
    browser.dispatchEvent(new Event("visibilitychange"));
    expect(wire.terminate).toHaveBeenCalledTimes(1);
  });

  it("does nothing any more when it was stopped", () => {
    wire.send(WHOLE);
    stop();
    wire.send(delta("A1", "8"));
    expect(book.find("A1")?.state.value.status).toBe("AVAILABLE");
    expect(vi.getTimerCount()).toBe(0);
  });
});
