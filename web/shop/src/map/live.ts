// Keeps a SeatBook at the present state of a session, over a socket that may end at any time.
import { signal } from "@preact/signals";
import type { Client } from "graphql-ws";
import { subscribe } from "../api/subscription";
import type { SeatBook, Update } from "./seats";

export type Wire = Pick<Client, "on" | "subscribe" | "terminate">;

/** `stale`: seats may have changed since. `gone`: the session was removed. */
export type Freshness = "connecting" | "live" | "stale" | "gone";

export interface Watching {
  query: string;
  session: string;
  book: SeatBook;
  /** For each update, when it is in the book. */
  updated(update: Update): void;
}

const ASLEEP_MILLISECONDS = 30_000;
const TICK_MILLISECONDS = 1_000;

export class Live {
  readonly freshness = signal<Freshness>("connecting");
  readonly #wire: Wire;
  readonly #watching: Watching;
  #unsubscribe = () => {};

  constructor(wire: Wire, watching: Watching) {
    this.#wire = wire;
    this.#watching = watching;
  }

  start(): () => void {
    const stopListening = listen(this.#wire, () => this.#doubt());
    this.#subscribe();
    return () => {
      stopListening();
      this.#unsubscribe();
    };
  }

  #doubt(): void {
    if (this.freshness.value === "live") this.freshness.value = "stale";
  }

  #subscribe(): void {
    this.#unsubscribe();
    const { query, session, book, updated } = this.#watching;
    const variables = {
      session,
      get after() {
        return book.position;
      },
    };
    this.#unsubscribe = subscribe<{ seatMap: Update }>(
      this.#wire,
      { query, variables },
      {
        next: ({ seatMap }) => {
          if (!book.fold(seatMap)) {
            book.position = undefined; // a new seat: only a whole map says where it stands
            this.#subscribe();
            return;
          }
          this.freshness.value = "live";
          updated(seatMap);
        },
        ended: (isGone) => (isGone ? (this.freshness.value = "gone") : this.#doubt()),
      },
    );
  }
}

/** Doubts what is shown as soon as the socket or the network is gone, or the device has slept. */
function listen(wire: Wire, doubt: () => void): () => void {
  let seen = Date.now();
  const reconnect = () => {
    doubt();
    wire.terminate();
  };
  // A device that slept finds a socket that looks open.
  const awake = () => {
    const slept = Date.now() - seen;
    seen = Date.now();
    if (Math.abs(slept) > ASLEEP_MILLISECONDS) reconnect();
  };
  const visible = () => {
    if (document.visibilityState === "visible") awake();
  };
  const timer = setInterval(visible, TICK_MILLISECONDS);
  const stopClosed = wire.on("closed", doubt);
  document.addEventListener("visibilitychange", visible);
  addEventListener("offline", doubt);
  addEventListener("online", reconnect);
  return () => {
    clearInterval(timer);
    stopClosed();
    document.removeEventListener("visibilitychange", visible);
    removeEventListener("offline", doubt);
    removeEventListener("online", reconnect);
  };
}
