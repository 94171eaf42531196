// The tickets of the viewer: bought, and accepted from others.
import { HeldTicketsDocument, type HeldTicketsQuery, MyTicketsDocument, type MyTicketsQuery } from "../api/generated/graphql";
import { ask } from "../api/http";

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
  const accepted = new Map<string, Group>();
  for (const { session, ...ticket } of held.filter(({ id }) => !known.has(id))) {
    const group = accepted.get(session.id) ?? { id: `of-${session.id}`, session, tickets: [], payment: null, isBought: false };
    group.tickets.push({ ...ticket, isGone: false });
    accepted.set(session.id, group);
  }
  return [...groups, ...accepted.values()];
}

const MOST = 500;

async function all<N>(page: (after: string | null) => Promise<{ pageInfo: { hasNextPage: boolean; endCursor: string | null }; edges: { node: N }[] }>): Promise<N[]> {
  const nodes: N[] = [];
  for (let after: string | null = null, more = true; more; ) {
    const { edges, pageInfo }: Awaited<ReturnType<typeof page>> = await page(after);
    nodes.push(...edges.map(({ node }) => node));
    after = pageInfo.endCursor;
    more = pageInfo.hasNextPage && nodes.length < MOST;
  }
  return nodes;
}

export async function myTickets(signal: AbortSignal): Promise<Group[]> {
  const [bought, held] = await Promise.all([
    all(async (after) => (await ask(MyTicketsDocument, { after }, { signal })).reservations),
    all(async (after) => (await ask(HeldTicketsDocument, { after }, { signal })).tickets),
  ]);
  return groupsOf(bought, held);
}
