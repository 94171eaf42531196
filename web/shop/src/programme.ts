// Cinemas, their days and their sessions.
import { signal } from "@preact/signals";
import { AvailabilityDocument, NextSessionsDocument, ProgrammeDocument, type ProgrammeQuery, type SessionFilter } from "./api/generated/graphql";
import { all, ask } from "./api/http";
import { ofBrowser } from "./storage";

export type Session = ProgrammeQuery["sessions"]["edges"][number]["node"];
export type Movie = Session["movie"];

const KEY = "shop:cinema";
/** The id of the one that was chosen last, on this device. */
export const chosenCinema = signal(ofBrowser.get(KEY) ?? "");

export function chooseCinema(id: string): void {
  ofBrowser.set(KEY, id);
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

const isOnSale = ({ salesEndAt }: Pick<Session, "salesEndAt">) => Date.parse(salesEndAt) > Date.now();

/** Those that are on sale, the next one first. */
export async function sessionsOf(filter: SessionFilter, signal: AbortSignal): Promise<Session[]> {
  const found = await all(async (after) => (await ask(ProgrammeDocument, { filter: { ...filter, status: "SCHEDULED" }, after }, { signal })).sessions);
  return found.filter(isOnSale);
}

export interface DayProgramme {
  day: string;
  sessions: Session[];
  /** If there are none: the next day with some. */
  next: string | null;
}

/** Of `day`; where nobody asked for one, of the first day from it that still has a session to buy. */
export async function programmeOf(cinemaId: string, day: string, isAsked: boolean, signal: AbortSignal): Promise<DayProgramme> {
  const sessions = await sessionsOf({ cinemaId, date: day }, signal);
  const next = sessions.length ? null : await nextDay(cinemaId, day, signal);
  return next && !isAsked ? programmeOf(cinemaId, next, true, signal) : { day, sessions, next };
}

async function nextDay(cinemaId: string, day: string, signal: AbortSignal): Promise<string | null> {
  const earliestEnd = Date.parse(`${day}T10:00Z`); // of that day, on the clocks furthest to the east
  const startsAfter = new Date(Math.max(Date.now(), earliestEnd)).toISOString();
  const { sessions } = await ask(NextSessionsDocument, { filter: { cinemaId, startsAfter, status: "SCHEDULED" } }, { signal });
  const days = sessions.edges.map(({ node }) => node).filter(isOnSale).map(({ startsAtLocal }) => startsAtLocal.slice(0, 10));
  return days.find((each) => each > day) ?? null;
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
