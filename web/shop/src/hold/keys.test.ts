import { beforeEach, describe, expect, it } from "vitest";
import { memoryStorage } from "../map/test-room";
import { Attempts } from "./keys";

describe("idempotency keys", () => {
  let storage: Storage;
  beforeEach(() => void (storage = memoryStorage()));
  const attempts = () => new Attempts<string[]>("reserve:1", storage);

  it("keeps the key over a reload until there is an answer", () => {
    const first = attempts().begin(["A1"], 5);
    expect(attempts().begin(["A1"], 9)).toEqual(first);
    attempts().end(first);
    expect(attempts().open).toBeNull();
    expect(attempts().begin(["A1"], 9).key).not.toBe(first.key);
  });

  it("takes another key for another wish", () => {
    const first = attempts().begin(["A1"], 5);
    const second = attempts().begin(["A2"], 5);
    expect(second.key).not.toBe(first.key);
    attempts().end(first);
    expect(attempts().open).toEqual(second);
  });

  it("does not mix actions, and survives what somebody else wrote there", () => {
    attempts().begin(["A1"], 5);
    expect(new Attempts("reserve:2", storage).open).toBeNull();
    storage.setItem("attempt:reserve:1", "{");
    expect(attempts().open).toBeNull();
  });
});
