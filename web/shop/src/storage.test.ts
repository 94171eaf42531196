import { afterEach, describe, expect, it, vi } from "vitest";
import { memoryStorage } from "./map/test-room";
import { Store } from "./storage";

const refuse = () => {
  throw new DOMException("denied", "SecurityError");
};
const full = () => {
  throw new DOMException("full", "QuotaExceededError");
};

describe("a store", () => {
  it("is the browser's", () => {
    const storage = memoryStorage();
    const store = new Store(() => storage);
    expect(store.set("a", "1")).toBe(true);
    expect([storage.getItem("a"), store.get("a"), store.keys()]).toEqual(["1", "1", ["a"]]);
    store.remove("a");
    expect([storage.length, store.get("a")]).toEqual([0, null]);
  });

  it("is this tab's where the browser allows none", () => {
    const store = new Store(refuse);
    expect(store.set("a", "1")).toBe(false);
    expect([store.get("a"), store.keys()]).toEqual(["1", ["a"]]);
    store.remove("a");
    expect([store.get("a"), store.keys()]).toEqual([null, []]);
  });

  it("has the newest value of each key, also when the browser has no room for it", () => {
    const storage = memoryStorage();
    const store = new Store(() => storage);
    store.set("a", "1");
    const setItem = vi.spyOn(storage, "setItem").mockImplementation(full);
    store.set("a", "2");
    expect([store.get("a"), store.keys()]).toEqual(["2", ["a"]]);
    setItem.mockRestore();
    store.set("a", "3");
    expect([store.get("a"), storage.getItem("a")]).toEqual(["3", "3"]);
  });
});

describe("without any storage", () => {
  afterEach(() => vi.unstubAllGlobals());

  it("a page begins, and signs in", async () => {
    vi.stubGlobal("addEventListener", () => {});
    for (const name of ["localStorage", "sessionStorage"]) Object.defineProperty(globalThis, name, { configurable: true, get: refuse });
    vi.stubGlobal("caches", { delete: async () => refuse() });
    vi.stubGlobal("navigator", { locks: { request: async () => refuse() } });
    const { keepTokens, renew, tokens } = await import("./api/tokens");
    const { chosenCinema } = await import("./programme");
    const pair = (name: string) => ({ accessToken: name, refreshToken: name, expiresAt: "2026-11-29T20:30:00Z" });

    expect([tokens.value, chosenCinema.value]).toEqual([null, ""]);
    keepTokens(pair("one"));
    expect(tokens.value).toEqual(pair("one"));
    expect(await renew(pair("one"), async () => pair("two"))).toEqual(pair("two"));
    await expect(renew(pair("two"), async () => Promise.reject(new Error("offline")))).rejects.toThrow("offline");
  });
});
