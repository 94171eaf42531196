// Cinemas, their days and their sessions.
import { signal } from "@preact/signals";
import { AvailabilityDocument, ProgrammeDocument, type ProgrammeQuery, type SessionFilter } from "./api/generated/graphql";
import { all, ask } from "./api/http";

export type Session = ProgrammeQuery["sessions"]["edges"][number]["node"];
export type Movie = Session["movie"];

const KEY = "shop:cinema";
/** The id of the one that was chosen last, on this device. */
export const chosenCinema = signal(localStorage.getItem(KEY) ?? "");

export function chooseCinema(id: string): void {
  localStorage.setItem(KEY, id);
  chosenCinema.value = id;
}

/** The calendar day of a moment on a clock, as 2026-11-29. */
export function dayIn(timeZone: string, moment = new Date()): string {
  return new Intl.DateTimeFormat("en-CA", { timeZone, year: "numeric", month: "2-digit", day: "2-digit" }).format(moment);
}

export function daysFrom(day: string, count: number): string[] {
  const first = Date.parse(`${day}T00:00Z`);
  return Array.from({ length: count }, (_, number) => new Date(first + number * 86_400_000).toISOString().slice(0, 10));
}

/** Those that are on sale, the next one first. */
export async function sessionsOf(filter: SessionFilter, signal: AbortSignal): Promise<Session[]> {
  const found = await all(async (after) => (await ask(ProgrammeDocument, { filter: { ...filter, status: "SCHEDULED" }, after }, { signal })).sessions);
  return found.filter(({ salesEndAt }) => Date.parse(salesEndAt) > Date.now());
}

export type Availability = Session["availability"];

export async function availabilityOf(filter: SessionFilter, signal: AbortSignal): Promise<Map<string, Availability>> {
  const found = await all(async (after) => (await ask(AvailabilityDocument, { filter: { ...filter, status: "SCHEDULED" }, after }, { signal })).sessions);
  return new Map(found.map(({ id, availability }) => [id, availability]));
}

/** Without case and accents, as people search. */
export function folded(text: string): string {
  return text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
}
