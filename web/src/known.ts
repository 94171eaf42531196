// What earlier answers told: the token, and the ids that the next examples need. It lives as long as the browser's tab.

import { useSyncExternalStore } from "react";

export interface Known {
  token?: string;
  sessionId?: string;
  seatId?: string;
  reservationId?: string;
  paymentId?: string;
}

const KEY = "cinema-tickets:known";
const listeners = new Set<() => void>();
let known: Known = JSON.parse(sessionStorage.getItem(KEY) ?? "{}") as Known;

export function whatIsKnown(): Known {
  return known;
}

export function remember(news: Known): void {
  replace({ ...known, ...news });
}

export function forgetToken(): void {
  const { token: _, ...rest } = known;
  replace(rest);
}

export function onChange(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function useKnown(): Known {
  return useSyncExternalStore(onChange, whatIsKnown);
}

function replace(next: Known): void {
  known = next;
  sessionStorage.setItem(KEY, JSON.stringify(known));
  for (const listener of listeners) listener();
}
