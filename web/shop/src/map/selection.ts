// The seats that the customer wants, before anything is held.
import { batch, computed, signal, type ReadonlySignal } from "@preact/signals";
import { ofTab, type Store } from "../storage";
import type { Seat, SeatBook } from "./seats";

export type Choice = "chosen" | "given-up" | "taken";

interface Wish {
  id: string;
  /** Null: the default type. */
  ticketTypeId: string | null;
}

export interface Chosen {
  seat: Seat;
  ticketTypeId: string | null;
}

const isFree = (seat: Seat) => seat.state.peek().status === "AVAILABLE";

/** The other half of a sofa, which is sold with this one as long as it is free. */
function otherHalf(book: SeatBook, seat: Seat): Seat | undefined {
  const step = seat.features.includes("SOFA_LEFT") ? 1 : seat.features.includes("SOFA_RIGHT") ? -1 : 0;
  if (!step) return undefined;
  return book.seats.find((other) => other.row === seat.row && other.place === seat.place + step);
}

export class Selection {
  /** In the order of choice. */
  readonly chosen: ReadonlySignal<readonly Chosen[]>;
  readonly #wishes = signal<readonly Wish[]>([]);
  readonly #book: SeatBook;
  readonly #store: Store;
  readonly #place: string;

  /** Takes up what was chosen before a reload, as far as it is free. */
  constructor(session: string, book: SeatBook, store: Store = ofTab) {
    this.#book = book;
    this.#store = store;
    this.#place = `chosen:${session}`;
    this.chosen = computed(() => {
      void book.plan.value;
      return this.#wishes.value.flatMap(({ id, ticketTypeId }) => {
        const seat = book.find(id);
        return seat ? [{ seat, ticketTypeId }] : [];
      });
    });
    this.#restore();
  }

  /** Also the other half of a sofa. */
  toggle(seat: Seat): Choice {
    const half = otherHalf(this.#book, seat);
    if (seat.state.peek().chosen) {
      this.#drop(half ? [seat, half] : [seat]);
      return "given-up";
    }
    return this.add(half && isFree(half) && !half.state.peek().chosen ? [seat, half] : [seat]);
  }

  add(seats: readonly Seat[]): Choice {
    if (!seats.every(isFree)) return "taken";
    const more = seats.filter((seat) => !seat.state.peek().chosen);
    this.#keep([...this.#wishes.value, ...more.map(({ id }) => ({ id, ticketTypeId: null }))]);
    return "chosen";
  }

  /** Others in place of those that cannot be had. */
  replace(lost: readonly Seat[], others: readonly Seat[]): void {
    batch(() => {
      this.#drop(lost);
      this.add(others);
    });
  }

  setType(id: string, ticketTypeId: string): void {
    this.#keep(this.#wishes.value.map((wish) => (wish.id === id ? { id, ticketTypeId } : wish)));
  }

  /** Gives up seats that somebody else has, and answers with them. */
  dropTaken(): Seat[] {
    const lost = this.chosen.peek().map(({ seat }) => seat).filter((seat) => !isFree(seat));
    if (lost.length) this.#drop(lost);
    return lost;
  }

  clear(): void {
    this.#keep([]);
  }

  #drop(seats: readonly Seat[]): void {
    const gone = new Set(seats.map(({ id }) => id));
    this.#keep(this.#wishes.value.filter(({ id }) => !gone.has(id)));
  }

  #keep(wishes: readonly Wish[]): void {
    const kept = new Set(wishes.map(({ id }) => id));
    batch(() => {
      for (const { id } of this.#wishes.peek()) if (!kept.has(id)) this.#book.choose(id, false);
      for (const id of kept) this.#book.choose(id, true);
      this.#wishes.value = wishes;
    });
    if (wishes.length) this.#store.set(this.#place, JSON.stringify(wishes));
    else this.#store.remove(this.#place);
  }

  #restore(): void {
    try {
      const wishes = JSON.parse(this.#store.get(this.#place) ?? "[]") as Wish[];
      this.#keep(wishes.filter(({ id }) => this.#book.find(id)));
    } catch {
      this.#keep([]);
    }
  }
}
