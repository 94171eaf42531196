// The token and the ids from earlier results, for the next examples. Kept as long as the browser's tab.

import { useSyncExternalStore } from "react";

export interface Values {
  token?: string;
  sessionId?: string;
  seatId?: string;
  ticketTypeId?: string;
  reservationId?: string;
  paymentId?: string;
  ticketId?: string;
  roomId?: string;
  roomSeatId?: string;
  ticketCode?: string;
}

const KEY = "cinema-tickets:known";
const listeners = new Set<() => void>();
let values: Values = JSON.parse(sessionStorage.getItem(KEY) ?? "{}") as Values;

export function currentValues(): Values {
  return values;
}

export function setValues(news: Values): void {
  replace({ ...values, ...news });
}

export function clearToken(): void {
  const { token: _, ...rest } = values;
  replace(rest);
}

export function onChange(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function useValues(): Values {
  return useSyncExternalStore(onChange, currentValues);
}

function replace(next: Values): void {
  values = next;
  sessionStorage.setItem(KEY, JSON.stringify(values));
  for (const listener of listeners) listener();
}
