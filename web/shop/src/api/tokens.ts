// The tokens of the person who is signed in. Tabs share them, so one refresh serves all.
import { signal } from "@preact/signals";

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
    return JSON.parse(localStorage.getItem(KEY) ?? "null") as Tokens | null;
  } catch {
    return null;
  }
}

/** Null when nobody is signed in. */
export const tokens = signal<Tokens | null>(stored());

addEventListener("storage", (event) => {
  if (event.key === KEY || event.key === null) tokens.value = stored();
});

function store(next: Tokens): void {
  const { accessToken, refreshToken, expiresAt } = next;
  localStorage.setItem(KEY, JSON.stringify({ accessToken, refreshToken, expiresAt }));
  tokens.value = next;
}

/** Of who signs in, or null of who signs out: nobody sees the tickets that were kept for somebody before. */
export function keepTokens(next: Tokens | null): void {
  if ("caches" in globalThis) void caches.delete(KEPT);
  if (next) return store(next);
  localStorage.removeItem(KEY);
  tokens.value = null;
}

/** Pages without TLS on another machine have no locks: the API gives two tabs one successor then. */
function alone<T>(work: () => Promise<T>): Promise<T> {
  return "locks" in navigator ? (navigator.locks.request("shop:refresh", work) as Promise<T>) : work();
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
