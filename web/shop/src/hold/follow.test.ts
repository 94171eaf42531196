import type { Sink } from "graphql-ws";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { memoryStorage } from "../map/test-room";

const wire = {
  sinks: [] as Sink[],
  on: () => () => {},
  /** Its client reports the end also to who has ended it, a moment later. */
  subscribe(_: unknown, sink: Sink) {
    this.sinks.push(sink);
    return () => queueMicrotask(() => sink.complete());
  },
};
vi.mock("../api/socket", () => ({ socket: () => wire }));
const { ask } = vi.hoisted(() => ({ ask: vi.fn(async (): Promise<object> => ({ reservation: { status: "PENDING" }, serverTime: "" })) }));
vi.mock("../api/http", () => ({ ask }));
vi.mock("../api/tokens", () => ({ account: { value: "" } }));
const { Followed } = await import("./follow");

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("document", new EventTarget());
  vi.stubGlobal("localStorage", memoryStorage());
  vi.stubGlobal("location", { origin: "https://cinema.example", assign: vi.fn() });
  wire.sinks = [];
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

it("follows nothing any more when its page was left", async () => {
  const stop = new Followed("r").start();
  stop();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(wire.sinks).toHaveLength(1);
  expect(vi.getTimerCount()).toBe(0);
});

it("subscribes again when the server has ended it, but not to what is not there", async () => {
  const stop = new Followed("r").start();
  wire.sinks[0]?.complete();
  await vi.advanceTimersByTimeAsync(2_000);
  expect(wire.sinks).toHaveLength(2);
  wire.sinks[1]?.error([{ extensions: { code: "NOT_FOUND" } }]);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(wire.sinks).toHaveLength(2);
  stop();
});

it("notes no attempt to pay while another call is on its way", async () => {
  const followed = new Followed("r");
  followed.busy.value = "extend";
  await followed.checkOut("p", "REFUND");
  expect(localStorage.length).toBe(0);
});

it("leads to the provider's page, but not who has left meanwhile", async () => {
  for (const isLeft of [true, false]) {
    const followed = new Followed("r");
    const stop = followed.start();
    ask.mockResolvedValueOnce({ startCheckout: { __typename: "Checkout", url: "https://provider.example" } });
    const call = followed.checkOut("p", "REFUND");
    if (isLeft) stop();
    await call;
    expect(location.assign).toHaveBeenCalledTimes(isLeft ? 0 : 1);
    stop();
  }
});

it("asks a slow provider no more for who has left meanwhile", async () => {
  const followed = new Followed("r");
  const stop = followed.start();
  ask.mockClear();
  ask.mockResolvedValueOnce({ startCheckout: { __typename: "ProviderUnavailable" } });
  const call = followed.checkOut("p", "REFUND");
  await vi.advanceTimersByTimeAsync(0);
  stop();
  await vi.runAllTimersAsync();
  await call;
  expect(ask).toHaveBeenCalledTimes(1);
});
