import { beforeEach, expect, it, vi } from "vitest";

const store = new Map<string, string>();
vi.stubGlobal("localStorage", {
  getItem: (key: string) => store.get(key) ?? null,
  setItem: (key: string, value: string) => store.set(key, value),
  removeItem: (key: string) => store.delete(key),
});
const listeners: ((event: object) => void)[] = [];
vi.stubGlobal("addEventListener", (_: string, listener: (event: object) => void) => listeners.push(listener));
let queue: Promise<unknown> = Promise.resolve();
vi.stubGlobal("navigator", {
  locks: {
    request: (_: string, work: () => Promise<unknown>) => {
      queue = queue.then(work, work);
      return queue;
    },
  },
});
const forgotten = vi.fn(async () => true);
vi.stubGlobal("caches", { delete: forgotten });
const { account, keepTokens, renew, tokens } = await import("./tokens");

const pair = (name: string) => ({ accessToken: `access ${name}`, refreshToken: `refresh ${name}`, expiresAt: "2026-11-29T20:30:00Z" });

beforeEach(() => keepTokens(pair("one")));

it("exchanges once for all requests that were refused", async () => {
  const exchange = vi.fn(async () => pair("two"));
  const renewed = await Promise.all([renew(pair("one"), exchange), renew(pair("one"), exchange)]);

  expect(exchange).toHaveBeenCalledExactlyOnceWith("refresh one");
  expect(renewed).toEqual([pair("two"), pair("two")]);
  expect(tokens.value).toEqual(pair("two"));
});

it("takes what another tab has exchanged", async () => {
  store.set("shop:tokens", JSON.stringify(pair("other")));
  const exchange = vi.fn(async () => pair("two"));

  expect(await renew(pair("one"), exchange)).toEqual(pair("other"));
  expect(exchange).not.toHaveBeenCalled();
});

it("signs out when the sign-in has ended, and not without a network", async () => {
  await expect(renew(pair("one"), () => Promise.reject(new Error("offline")))).rejects.toThrow("offline");
  expect(tokens.value).toEqual(pair("one"));

  expect(await renew(pair("one"), async () => null)).toBeNull();
  expect([tokens.value, store.size]).toEqual([null, 0]);
});

it("follows other tabs, also after it was put aside", () => {
  const hear = (event: object) => listeners.forEach((listener) => listener(event));
  store.set("shop:tokens", JSON.stringify(pair("other")));
  hear({ key: "shop:tokens" });
  expect(tokens.value).toEqual(pair("other"));

  store.clear();
  hear({ persisted: false });
  expect(tokens.value).not.toBeNull();
  hear({ persisted: true });
  expect(tokens.value).toBeNull();
});

it("knows whose they are", () => {
  const claims = btoa('{"sub":"ana","aud":"ÿÿ>?"}').replaceAll("+", "-").replaceAll("/", "_");
  keepTokens({ ...pair("one"), accessToken: `e30.${claims}.signature` });
  expect(account.value).toBe("ana");
  keepTokens(pair("no token"));
  expect(account.value).toBe("");
  keepTokens(null);
  expect(account.value).toBe("");
});

it("forgets the tickets of who was there before, also when somebody else signs in over them", async () => {
  forgotten.mockClear();
  await renew(pair("one"), async () => pair("two"));
  expect(forgotten).not.toHaveBeenCalled();

  keepTokens(pair("of somebody else"));
  expect(forgotten).toHaveBeenCalledExactlyOnceWith("tickets");
  keepTokens(null);
  expect(forgotten).toHaveBeenCalledTimes(2);
});
