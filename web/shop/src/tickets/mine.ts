// The tickets of the viewer: bought, and accepted from others.
import { HeldTicketsDocument, type HeldTicketsQuery, MyTicketsDocument, type MyTicketsQuery } from "../api/generated/graphql";
import { all, ask } from "../api/http";
import { grouped } from "../grouped";

type Bought = MyTicketsQuery["reservations"]["edges"][number]["node"];
type Held = HeldTicketsQuery["tickets"]["edges"][number]["node"];

export interface Ticket extends Omit<Held, "session"> {
  /** Somebody else has accepted it: only its price is still this viewer's matter. */
  isGone: boolean;
}

/** Tickets of one purchase, or of one session that were accepted. */
export interface Group {
  id: string;
  session: Held["session"];
  tickets: Ticket[];
  /** Of who has bought them: what can be given back. */
  payment: Bought["payment"];
  isBought: boolean;
}

export function groupsOf(bought: readonly Bought[], held: readonly Held[]): Group[] {
  const own = new Set(held.map(({ id }) => id));
  const groups = bought.map(({ id, session, tickets, payment }): Group => {
    return { id, session, payment, isBought: true, tickets: tickets.map((ticket) => ({ ...ticket, isGone: ticket.status === "VALID" && !own.has(ticket.id) })) };
  });
  const known = new Set(bought.flatMap(({ tickets }) => tickets.map(({ id }) => id)));
  const others = held.filter(({ id }) => !known.has(id));
  const accepted = grouped(others, ({ session }) => session.id).map(([id, tickets]): Group => {
    const { session } = tickets[0] as Held;
    return { id: `of-${id}`, session, payment: null, isBought: false, tickets: tickets.map((ticket) => ({ ...ticket, isGone: false })) };
  });
  return [...groups, ...accepted];
}

const MOST = 500;

export async function myTickets(signal: AbortSignal): Promise<Group[]> {
  const [bought, held] = await Promise.all([
    all(async (after) => (await ask(MyTicketsDocument, { after }, { signal })).reservations, MOST),
    all(async (after) => (await ask(HeldTicketsDocument, { after }, { signal })).tickets, MOST),
  ]);
  return groupsOf(bought, held);
}
