import { beforeEach, describe, expect, it, vi } from "vitest";
import { Store } from "../storage";
import { memoryStorage } from "../map/test-room";

vi.mock("../api/tokens", () => ({ account: { value: "" } }));
const { Attempts } = await import("./keys");

describe("idempotency keys", () => {
  let storage: Storage;
  beforeEach(() => void (storage = memoryStorage()));
  // Each is another page: all that they share is the browser's storage.
  const attempts = (account = "ana", action = "reserve:1") => new Attempts<string[]>(action, new Store(() => storage), () => account);

  it("keeps the key over a crash until there is an answer", () => {
    const first = attempts().begin(["A1"], 5);
    expect(attempts().open(9)).toEqual(first);
    expect(attempts().begin(["A1"], 9)).toEqual(first);
    attempts().end(first);
    expect(attempts().open(9)).toBeNull();
    expect(attempts().begin(["A1"], 9).key).not.toBe(first.key);
  });

  it("lets two tabs want different things, and neither ends the other's", () => {
    const first = attempts().begin(["A1"], 5);
    const second = attempts().begin(["A2"], 6);
    expect(second.key).not.toBe(first.key);
    expect(attempts().begin(["A1"], 7)).toEqual(first);
    expect(attempts().open(7)).toEqual(second);
    attempts().end(second);
    expect(attempts().open(7)).toEqual(first);
  });

  it("does not mix people or actions", () => {
    attempts().begin(["A1"], 5);
    expect(attempts("bruno").open(5)).toBeNull();
    expect(attempts("ana", "reserve:2").open(5)).toBeNull();
  });

  it("forgets what is over, of all accounts", () => {
    const first = attempts().begin(["A1"], 0);
    expect(attempts().open(59_999)).toEqual(first);
    expect(attempts("bruno").open(60_000)).toBeNull();
    expect(storage.length).toBe(0);
    expect(attempts().begin(["A1"], 60_000).key).not.toBe(first.key);
  });

  it("survives what somebody else wrote there", () => {
    storage.setItem("shop:kept:ana:attempt:reserve:1:x", "{");
    storage.setItem("shop:kept:ana:attempt:reserve:1:y", "7");
    storage.setItem("shop:language", "es");
    expect(attempts().open(5)).toBeNull();
    expect(storage.getItem("shop:language")).toBe("es");
  });
});
