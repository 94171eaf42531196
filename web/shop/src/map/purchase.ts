// From a look at the map to held seats.
import { computed, effect, signal, untracked, type ReadonlySignal } from "@preact/signals";
import { ask } from "../api/http";
import { explain } from "../api/errors";
import {
  ReservationDocument,
  ReserveBestSeatsDocument,
  type ReserveBestSeatsInput,
  ReserveSeatsDocument,
  type ReserveSeatsInput,
  SeatMapDocument,
  SessionPageDocument,
  type SessionPageQuery,
} from "../api/generated/graphql";
import { signInPath } from "../api/people";
import { socket } from "../api/socket";
import { account, tokens } from "../api/tokens";
import { clock } from "../hold/clock";
import { Shelf } from "../hold/kept";
import { Attempts } from "../hold/keys";
import { navigate } from "../router";
import { Live } from "./live";
import { besideWanted } from "./neighbours";
import { noticeOf, type Notice, type Refusal } from "./refusals";
import type { Seat, Update } from "./seats";
import { SeatBook } from "./seats";
import { type Chosen, Selection } from "./selection";

export type BestWish = Pick<ReserveBestSeatsInput, "tickets" | "zoneIds" | "features" | "together">;
export type Session = NonNullable<SessionPageQuery["session"]>;
/** Nearly as long as a key is kept: the seats may be held, and only an answer says so. */
const PATIENCE_MILLISECONDS = 50_000;
const TICK_MILLISECONDS = 1_000;
/** Whether seats are still held, the server knows: this is only how long it is asked. */
const HELD_MILLISECONDS = 3_600_000;

/** With its map. The clock learns from the answer. */
export async function readSession(id: string, options?: { signal: AbortSignal }): Promise<Session | null> {
  const asked = Date.now();
  const { session, serverTime } = await ask(SessionPageDocument, { id }, options);
  clock.learn(serverTime, asked);
  return session;
}

export class Purchase {
  readonly book = new SeatBook();
  readonly session: ReadonlySignal<Session>;
  readonly selection: Selection;
  readonly live: Live;
  readonly notice = signal<Notice | null>(null);
  readonly isBusy = signal(false);
  /** The reservation that holds seats of this session already, as after a step back. */
  readonly heldBefore = signal<string | null>(null);
  readonly total = computed(() => this.selection.chosen.value.reduce((sum, chosen) => sum + this.priceOf(chosen), 0));
  readonly #session;
  readonly #held: (reservation: string) => void;
  readonly #seatCalls: Attempts<ReserveSeatsInput>;
  readonly #bestCalls: Attempts<ReserveBestSeatsInput>;

  /** `held` gets the id of the reservation. */
  constructor(session: Session, held: (reservation: string) => void) {
    this.#held = held;
    this.#session = signal(session);
    this.session = this.#session;
    this.book.fold(session.seatMap);
    this.selection = new Selection(session.id, this.book);
    this.#seatCalls = new Attempts(`reserve:${session.id}`);
    this.#bestCalls = new Attempts(`best:${session.id}`);
    this.live = new Live(socket(), {
      query: SeatMapDocument.toString(),
      session: session.id,
      book: this.book,
      updated: (update) => this.#updated(update),
    });
  }

  start(): () => void {
    const stop = this.live.start();
    const timer = setInterval(() => this.book.expire(clock.now()), TICK_MILLISECONDS);
    this.#goOn();
    const stopLooking = effect(() => {
      const whose = account.value;
      untracked(() => void this.#lookForHold(whose));
    });
    return () => {
      clearInterval(timer);
      stopLooking();
      stop();
    };
  }

  /** Only somebody who is signed in can hold seats, and only by a map that is live. The choice is kept meanwhile. */
  async withSignIn(call: () => Promise<void>): Promise<void> {
    if (this.live.freshness.value !== "live") this.notice.value = { kind: "stale" };
    else if (tokens.value) await call();
    else navigate(signInPath(`/sessions/${this.session.value.id}`));
  }

  priceOf({ seat, ticketTypeId }: Chosen): number {
    const price = this.pricesIn(seat).find(({ ticketType }) => ticketType.id === ticketTypeId);
    return price?.price.amountMinor ?? seat.amountMinor;
  }

  /** What each type costs in this seat. */
  pricesIn(seat: Seat): Session["prices"] {
    return this.session.value.prices.filter(({ zone }) => zone.id === seat.zoneId);
  }

  press(seat: Seat): void {
    if (this.live.freshness.value !== "live") {
      this.notice.value = { kind: "stale" };
      return;
    }
    const choice = this.selection.toggle(seat);
    if (choice === "taken") this.notice.value = { kind: "taken", seats: [seat], instead: besideWanted(this.book.seats, [seat]) };
    else this.notice.value = null;
  }

  takeInstead({ replaced = [], instead = [] }: Notice): void {
    this.selection.replace(replaced, instead);
    this.notice.value = null;
  }

  /** Holds what is chosen. */
  async hold(): Promise<void> {
    const { id, pricePerSeat } = this.session.value;
    const chosen = this.selection.chosen.value;
    if (!chosen.length) {
      this.notice.value = { kind: "none" };
      return;
    }
    const input: ReserveSeatsInput = {
      sessionId: id,
      seatIds: chosen.map(({ seat }) => seat.id),
      tickets: chosen.flatMap(({ seat, ticketTypeId }) => (ticketTypeId ? [{ seatId: seat.id, ticketTypeId }] : [])),
      expectedStartsAt: this.session.value.startsAt,
      expectedTotal: { amountMinor: this.total.value, currency: pricePerSeat.currency },
    };
    await this.#reserve(input);
  }

  /** So many of the default type. */
  async holdBest(count: number): Promise<void> {
    const type = this.session.value.prices.find(({ ticketType }) => ticketType.isDefault)?.ticketType.id;
    if (type) await this.reserveBest({ tickets: [{ ticketTypeId: type, count }] });
  }

  async reserveBest(wish: BestWish): Promise<void> {
    await this.#reserveBest({ together: "ROW", ...wish, sessionId: this.session.value.id });
  }

  async #reserve(wish: ReserveSeatsInput): Promise<void> {
    await this.#calling(async () => {
      const { reserveSeats } = await this.#seatCalls.call(wish, (input) => ask(ReserveSeatsDocument, { input }), PATIENCE_MILLISECONDS);
      if (reserveSeats.__typename === "Reservation") this.#done(reserveSeats.id);
      else this.#refused(reserveSeats);
    });
  }

  async #reserveBest(wish: ReserveBestSeatsInput): Promise<void> {
    await this.#calling(async () => {
      const { reserveBestSeats } = await this.#bestCalls.call(wish, (input) => ask(ReserveBestSeatsDocument, { input }), PATIENCE_MILLISECONDS);
      if (reserveBestSeats.__typename === "Reservation") this.#done(reserveBestSeats.id);
      else {
        const count = wish.tickets.reduce((sum, ticket) => sum + ticket.count, 0);
        const isApart = reserveBestSeats.__typename === "NotEnoughSeats" && reserveBestSeats.available >= count;
        const text = reserveBestSeats.__typename === "InvalidInput" ? reserveBestSeats.fields[0]?.message : undefined;
        this.notice.value = { kind: "refused", text: text ?? reserveBestSeats.message, ...(isApart && { apart: { ...wish, together: "ANY" } }) };
      }
    });
  }

  async #calling(call: () => Promise<void>): Promise<void> {
    if (this.isBusy.value) return;
    this.isBusy.value = true;
    this.notice.value = null;
    try {
      await call();
    } catch (error) {
      this.notice.value = { kind: "refused", text: explain(error) };
    } finally {
      this.isBusy.value = false;
    }
  }

  #done(reservation: string): void {
    this.selection.clear();
    this.#heldSeats.put(this.session.value.id, reservation, clock.now() + HELD_MILLISECONDS);
    this.#held(reservation);
  }

  #refused(refusal: Refusal): void {
    const chosen = this.selection.chosen.value.map(({ seat }) => seat);
    this.notice.value = noticeOf(refusal, this.book, chosen);
    this.selection.dropTaken();
    if (refusal.__typename === "SessionMoved" || refusal.__typename === "PriceChanged") void this.#reload();
  }

  /** What was asked for just before a reload or a crash may have happened: the same key says so. */
  #goOn(): void {
    const [seats, best] = [this.#seatCalls.open(clock.now()), this.#bestCalls.open(clock.now())];
    if (seats) void this.#reserve(seats.input);
    else if (best) void this.#reserveBest(best.input);
  }

  async #lookForHold(whose: string): Promise<void> {
    this.heldBefore.value = null;
    const id = this.#heldSeats.get(this.session.value.id, clock.now());
    if (!id || !tokens.value) return;
    const answer = await ask(ReservationDocument, { id }).catch(() => null);
    if (account.value !== whose) return;
    if (answer?.reservation?.status === "PENDING") this.heldBefore.value = id;
    else if (answer) this.#heldSeats.remove(this.session.value.id);
  }

  get #heldSeats(): Shelf<string> {
    return new Shelf("held", account.value);
  }

  #updated(update: Update): void {
    if (this.notice.value?.kind === "stale") this.notice.value = null;
    // A whole map may mean another start or other prices.
    if (update.__typename === "SeatMap") void this.#reload();
    const lost = this.isBusy.value ? [] : this.selection.dropTaken();
    if (lost.length) this.notice.value = { kind: "lost", seats: lost, instead: besideWanted(this.book.seats, lost) };
  }

  async #reload(): Promise<void> {
    // What was shown may be old, if this fails: then the hold is refused, with the present start and total.
    const session = await readSession(this.session.value.id).catch(() => null);
    if (!session) return;
    this.book.fold(session.seatMap);
    this.#session.value = session;
  }
}
