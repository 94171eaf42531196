// The tickets that were loaded last, for the door: there is often no network in a cinema. The service worker (sw.js)
// keeps the page itself.
import { KEPT } from "../api/tokens";
import type { Group } from "./mine";

const NAME = "/tickets.json";

/** Only on pages with TLS, or of this machine, have browsers a place to keep them. */
export async function keep(groups: Group[]): Promise<void> {
  if (!("caches" in globalThis)) return;
  await (await caches.open(KEPT)).put(NAME, Response.json(groups));
}

export async function kept(): Promise<Group[] | null> {
  if (!("caches" in globalThis)) return null;
  const found = await (await caches.open(KEPT)).match(NAME);
  return found ? ((await found.json()) as Group[]) : null;
}

export function workOffline(): void {
  if (import.meta.env.PROD && "serviceWorker" in navigator) void navigator.serviceWorker.register("/sw.js", { scope: "/tickets" });
}
