// What the page knows of a session's seats: folded by the rules of docs/api.md, one signal a seat.
import { batch, signal, type Signal } from "@preact/signals";

export type Status = "AVAILABLE" | "HELD" | "SOLD" | "BLOCKED";

/** As the API sends it in deltas, reservations and refusals. */
export interface SeatNews {
  id: string;
  status: Status;
  version: number;
  heldUntil: string | null;
}

/** As the API sends it in a whole map. */
export interface WholeSeat extends SeatNews {
  row: string;
  number: number;
  price: { amountMinor: number; currency: string };
  prices: { zone: { id: string } }[];
  seat: { label: string; x: number; y: number; place: number; features: string[] };
}

export type Update =
  | { __typename: "SeatMap"; position: string; startsAt: string; status: string; seats: WholeSeat[] }
  | { __typename: "SeatMapDelta"; position: string; seats: SeatNews[] };

/** What changes while people buy. */
export interface SeatState {
  status: Status;
  version: number;
  /** Milliseconds; null unless the seat is held. */
  heldUntil: number | null;
  chosen: boolean;
}

/** What stays. */
export interface Seat {
  readonly id: string;
  readonly row: string;
  readonly number: number;
  readonly label: string;
  readonly x: number;
  readonly y: number;
  readonly place: number;
  readonly features: readonly string[];
  readonly zoneId: string;
  readonly amountMinor: number;
  readonly state: Signal<SeatState>;
}

function factsOf(seat: WholeSeat): Omit<Seat, "state"> {
  return {
    id: seat.id,
    row: seat.row,
    number: seat.number,
    label: seat.seat.label,
    x: seat.seat.x,
    y: seat.seat.y,
    place: seat.seat.place,
    features: seat.seat.features,
    zoneId: seat.prices[0]?.zone.id ?? "",
    amountMinor: seat.price.amountMinor,
  };
}

function sameFacts(known: Seat, facts: Omit<Seat, "state">): boolean {
  return (Object.keys(facts) as (keyof typeof facts)[]).every((key) => String(known[key]) === String(facts[key]));
}

function stateOf(seat: SeatNews, chosen: boolean): SeatState {
  return {
    status: seat.status,
    version: seat.version,
    heldUntil: seat.status === "HELD" && seat.heldUntil ? Date.parse(seat.heldUntil) : null,
    chosen,
  };
}

export class SeatBook {
  /** Grows when seats were added or have moved: then what was drawn is drawn again. */
  readonly plan = signal(0);
  /** Of the last update. `after` of the next subscription. */
  position: string | undefined;
  readonly #seats = new Map<string, Seat>();
  readonly #held = new Set<Seat>();

  get seats(): readonly Seat[] {
    return [...this.#seats.values()];
  }

  find(id: string): Seat | undefined {
    return this.#seats.get(id);
  }

  /** False if the update has a seat that is not known: its place is in the next whole map. */
  fold(update: Update): boolean {
    return batch(() => {
      if (update.__typename === "SeatMap") this.#learnPlan(update.seats);
      const whole = this.learn(update.seats);
      if (whole) this.position = update.position;
      return whole;
    });
  }

  /** Seats from any answer. The highest version of each counts. False if one is not known. */
  learn(news: readonly SeatNews[]): boolean {
    let known = true;
    batch(() => {
      for (const seat of news) {
        const found = this.#seats.get(seat.id);
        if (!found) known = false;
        else if (seat.version >= found.state.peek().version) this.#set(found, stateOf(seat, found.state.peek().chosen));
      }
    });
    return known;
  }

  /** Frees the seats whose hold is over, whether or not an update has said so. */
  expire(now: number): void {
    batch(() => {
      for (const seat of this.#held) {
        const state = seat.state.peek();
        if (state.heldUntil !== null && state.heldUntil <= now) {
          this.#set(seat, { ...state, status: "AVAILABLE", heldUntil: null });
        }
      }
    });
  }

  choose(id: string, chosen: boolean): void {
    const seat = this.#seats.get(id);
    if (seat) this.#set(seat, { ...seat.state.peek(), chosen });
  }

  #learnPlan(seats: readonly WholeSeat[]): void {
    let changed = false;
    for (const whole of seats) {
      const facts = factsOf(whole);
      const known = this.#seats.get(whole.id);
      if (known && (whole.version < known.state.peek().version || sameFacts(known, facts))) continue;
      if (known) this.#held.delete(known);
      const state = known?.state ?? signal(stateOf(whole, false));
      const seat = { ...facts, state };
      this.#seats.set(whole.id, seat);
      this.#set(seat, state.peek());
      changed = true;
    }
    if (changed) this.plan.value += 1;
  }

  #set(seat: Seat, state: SeatState): void {
    if (state.heldUntil === null) this.#held.delete(seat);
    else this.#held.add(seat);
    const before = seat.state.peek();
    // An equal value would wake who draws the seat.
    const same = (Object.keys(state) as (keyof SeatState)[]).every((key) => before[key] === state[key]);
    if (!same) seat.state.value = state;
  }
}
