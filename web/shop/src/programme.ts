// Cinemas, their days and their sessions.
import { signal } from "@preact/signals";
import { AvailabilityDocument, NextSessionsDocument, ProgrammeDocument, type ProgrammeQuery, type SessionFilter } from "./api/generated/graphql";
import { all, ask } from "./api/http";
import { type Cinema, readCinemas } from "./cinemas";
import { dayIn } from "./i18n";
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

export function daysFrom(day: string, count: number): string[] {
  const first = Date.parse(`${day}T00:00Z`);
  return Array.from({ length: count }, (_, number) => new Date(first + number * 86_400_000).toISOString().slice(0, 10));
}

const isOnSale = ({ salesEndAt }: Pick<Session, "salesEndAt">) => Date.parse(salesEndAt) > Date.now();

/** The one that is asked for or was chosen last, or else the first. */
export function cinemaOf(cinemas: Cinema[], query: URLSearchParams): Cinema | undefined {
  const asked = query.get("cinema") ?? chosenCinema.value;
  return cinemas.find(({ id }) => id === asked) ?? cinemas[0];
}

/** Asked for before the first page is there to ask. */
let ahead: { filter: string; sessions: Promise<Session[]> } | null = null;

/** Those that are on sale, the next one first. */
export async function sessionsOf(filter: SessionFilter, signal?: AbortSignal): Promise<Session[]> {
  const early = ahead?.filter === JSON.stringify(filter) ? ahead.sessions : null;
  ahead = null;
  if (early) return early;
  const options = signal ? { signal } : {};
  const found = await all(async (after) => (await ask(ProgrammeDocument, { filter: { ...filter, status: "SCHEDULED" }, after }, options)).sessions);
  return found.filter(isOnSale);
}

/** Asks for what the first page will ask for, while its texts are on their way. */
export async function askAhead(query: URLSearchParams): Promise<void> {
  const cinema = cinemaOf(await readCinemas(), query);
  if (!cinema) return;
  const filter: SessionFilter = { cinemaId: cinema.id, date: query.get("day") ?? dayIn(cinema.timeZone) };
  const sessions = sessionsOf(filter);
  ahead = { filter: JSON.stringify(filter), sessions };
  await sessions;
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
