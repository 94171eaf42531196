// The tickets that were loaded last, for the door: there is often no network in a cinema. The service worker (sw.js)
// keeps the page itself.
import { account, KEPT } from "../api/tokens";
import type { Group } from "./mine";

const NAME = "/tickets.json";

interface Kept {
  account: string;
  groups: Group[];
}

/** Browsers have a place for them on pages with TLS, or of this machine, and where people allow it. */
async function tryToUse<R>(use: () => Promise<R>): Promise<R | null> {
  try {
    return await use();
  } catch {
    return null;
  }
}

export async function keep(groups: Group[]): Promise<void> {
  const value: Kept = { account: account.value, groups };
  await tryToUse(async () => (await caches.open(KEPT)).put(NAME, Response.json(value)));
}

export async function kept(): Promise<Group[] | null> {
  const found = await tryToUse(async () => (await (await caches.open(KEPT)).match(NAME))?.json() as Promise<Kept>);
  return found?.account === account.value ? found.groups : null;
}

export function workOffline(): void {
  if (import.meta.env.PROD) void tryToUse(() => navigator.serviceWorker.register("/sw.js", { scope: "/tickets" }));
}
