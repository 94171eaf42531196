// The tokens of the person who is signed in. Tabs share them, so one refresh serves all.
import { computed, signal } from "@preact/signals";
import { ofBrowser } from "../storage";

export interface Tokens {
  accessToken: string;
  refreshToken: string;
  expiresAt: string;
}

const KEY = "shop:tokens";
/** The cache with the tickets of the person who is signed in. */
export const KEPT = "tickets";

function stored(): Tokens | null {
  try {
    return JSON.parse(ofBrowser.get(KEY) ?? "null") as Tokens | null;
  } catch {
    return null;
  }
}

/** Null when nobody is signed in. */
export const tokens = signal<Tokens | null>(stored());

function accountOf(known: Tokens | null): string {
  try {
    const [, claims = ""] = known?.accessToken.split(".") ?? [];
    return String((JSON.parse(atob(claims.replaceAll("-", "+").replaceAll("_", "/"))) as { sub?: string }).sub ?? "");
  } catch {
    return "";
  }
}

/** Whose they are; empty when nobody is signed in. What is shown or kept of one account is never another's. */
export const account = computed(() => accountOf(tokens.value));

addEventListener("storage", (event) => {
  if (event.key === KEY || event.key === null) tokens.value = stored();
});
// A page that the browser had put aside, as for a step back, has heard of nothing.
addEventListener("pageshow", (event) => {
  if (event.persisted) tokens.value = stored();
});

function store(next: Tokens): void {
  const { accessToken, refreshToken, expiresAt } = next;
  ofBrowser.set(KEY, JSON.stringify({ accessToken, refreshToken, expiresAt }));
  tokens.value = next;
}

/** Of who signs in, or null of who signs out: nobody sees the tickets that were kept for somebody before. */
export function keepTokens(next: Tokens | null): void {
  globalThis.caches?.delete(KEPT).catch(() => {}); // where none are allowed, nothing is kept
  if (next) return store(next);
  ofBrowser.remove(KEY);
  tokens.value = null;
}

/**
 * Pages without TLS on another machine have no locks, and who may keep nothing may have none: the API gives two tabs
 * one successor then.
 */
async function alone<T>(work: () => Promise<T>): Promise<T> {
  let begun: Promise<T> | undefined;
  const begin = () => (begun = work());
  try {
    await navigator.locks.request("shop:refresh", begin);
  } catch {
    // `work` has failed, or was never called
  }
  return begun ?? work();
}

/**
 * Replaces tokens that do not work any more, once for all tabs and all requests.
 * Another tab may have done it meanwhile: then those are taken.
 */
export function renew(used: Tokens, exchange: (refreshToken: string) => Promise<Tokens | null>): Promise<Tokens | null> {
  return alone(async () => {
    const now = stored();
    if (!now || now.accessToken !== used.accessToken) {
      tokens.value = now;
      return now;
    }
    const next = await exchange(now.refreshToken);
    if (next) store(next);
    else keepTokens(null);
    return next;
  });
}
