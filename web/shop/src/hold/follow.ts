// One reservation, as the server has it now: asked for, followed, and changed.
import { batch, signal, type ReadonlySignal } from "@preact/signals";
import {
  ApprovePaymentDocument,
  type ApprovePaymentInput,
  CancelReservationDocument,
  ChooseTicketsDocument,
  ExtendReservationDocument,
  type ExtendReservationInput,
  type IfLate,
  ReservationChangesDocument,
  ReservationDocument,
  type ReservationQuery,
  StartCheckoutDocument,
  type StartCheckoutInput,
} from "../api/generated/graphql";
import { explain } from "../api/errors";
import { ask } from "../api/http";
import { socket } from "../api/socket";
import { subscribe } from "../api/subscription";
import { account } from "../api/tokens";
import { clock } from "./clock";
import { insist } from "./insist";
import { Shelf } from "./kept";
import { Attempts } from "./keys";
import { isOlder } from "./stage";

export type Reservation = NonNullable<ReservationQuery["reservation"]>;
/** `undefined`: not known yet. `null`: there is none, or it is somebody else's. */
export type Known = Reservation | null | undefined;

const POLL_MILLISECONDS = 4_000;
const PROVIDER_MILLISECONDS = 2_000;
const PROVIDER_TRIES = 4;

type Problem = { __typename: string; message: string };

export class Followed {
  readonly reservation: ReadonlySignal<Known>;
  /** Why the last call changed nothing. */
  readonly problem = signal<string | null>(null);
  /** Which call is on its way. */
  readonly busy = signal<"extend" | "choose" | "cancel" | "pay" | null>(null);
  readonly #reservation = signal<Known>(undefined);
  readonly #id: string;
  #isShown = false;

  constructor(id: string) {
    this.#id = id;
    this.reservation = this.#reservation;
  }

  start(): () => void {
    this.#isShown = true;
    let isHeard = false;
    const silent = () => void (isHeard = false);
    const stopClosed = socket().on("closed", silent);
    // What the socket does not bring is asked for.
    const poll = setInterval(() => isHeard || this.#reservation.value === null || void this.look(), POLL_MILLISECONDS);
    const seen = () => document.visibilityState === "visible" && void this.look();
    document.addEventListener("visibilitychange", seen);
    void this.look();
    const payload = { query: ReservationChangesDocument.toString(), variables: { id: this.#id } };
    const unsubscribe = subscribe<{ reservation: Reservation }>(socket(), payload, {
      next: ({ reservation }) => {
        isHeard = true;
        this.#learn(reservation);
      },
      ended: silent,
    });
    return () => {
      this.#isShown = false;
      unsubscribe();
      clearInterval(poll);
      document.removeEventListener("visibilitychange", seen);
      stopClosed();
    };
  }

  /** Asks the server what became of it. */
  async look(): Promise<void> {
    const asked = Date.now();
    try {
      const { reservation, serverTime } = await ask(ReservationDocument, { id: this.#id });
      clock.learn(serverTime, asked);
      batch(() => {
        // Why the last call was refused stays until the next one.
        if (this.#reservation.value === undefined) this.problem.value = null;
        this.#learn(reservation);
      });
    } catch (error) {
      if (this.#reservation.value === undefined) this.problem.value = explain(error);
    }
  }

  #learn(next: Reservation | null): void {
    const known = this.#reservation.value;
    if (!next || !known || !isOlder(next, known)) this.#reservation.value = next;
  }

  async extend(): Promise<void> {
    const attempts = new Attempts<Omit<ExtendReservationInput, "idempotencyKey">>(`extend:${this.#id}`);
    await this.#call("extend", async () => {
      const { extendReservation } = await attempts.call({ reservationId: this.#id }, (input) => ask(ExtendReservationDocument, { input }));
      this.#took(extendReservation);
    });
  }

  async chooseType(seatId: string, ticketTypeId: string): Promise<void> {
    const input = { reservationId: this.#id, tickets: [{ seatId, ticketTypeId }] };
    await this.#call("choose", async () => {
      const { chooseTickets } = await insist(() => ask(ChooseTicketsDocument, { input }));
      this.#took(chooseTickets);
    });
  }

  async cancel(): Promise<void> {
    const input = { reservationId: this.#id };
    await this.#call("cancel", async () => {
      const { cancelReservation } = await insist(() => ask(CancelReservationDocument, { input }));
      // A try whose answer was lost has cancelled it.
      if (cancelReservation.__typename === "ReservationClosed") await this.look();
      else this.#took(cancelReservation);
    });
  }

  /** Where nobody else takes the money. */
  async approve(paymentId: string): Promise<void> {
    const attempts = new Attempts<Omit<ApprovePaymentInput, "idempotencyKey">>(`approve:${paymentId}`);
    await this.#call("pay", async () => {
      const { approvePayment } = await attempts.call({ paymentId }, (input) => ask(ApprovePaymentDocument, { input }));
      if (approvePayment.__typename === "Payment") this.#reservation.value = approvePayment.reservation;
      else this.#took(approvePayment);
    });
  }

  /** Leads the browser to the provider's page. */
  async checkOut(paymentId: string, ifLate: IfLate): Promise<void> {
    const attempts = new Attempts<Omit<StartCheckoutInput, "idempotencyKey">>(`checkout:${paymentId}`);
    const returnUrl = `${location.origin}/reservations/${this.#id}`;
    await this.#call("pay", async () => {
      // With another choice it is another call: the same key would be refused.
      const attempt = attempts.begin({ paymentId, ifLate, returnUrl }, clock.now());
      const input = { ...attempt.input, idempotencyKey: attempt.key };
      for (let tries = 1; this.#isShown; tries += 1) {
        const { startCheckout } = await insist(() => ask(StartCheckoutDocument, { input }));
        if (startCheckout.__typename === "Checkout") {
          if (!this.#isShown) return; // who has left the page stays where they are
          checkouts().put(this.#id, true, clock.now() + CHECKOUT_MILLISECONDS);
          location.assign(startCheckout.url);
          return;
        }
        // After a double click, or while the provider is slow: the same call goes on with what has begun.
        if (startCheckout.__typename !== "ProviderUnavailable" || tries === PROVIDER_TRIES) {
          attempts.end(attempt);
          this.#took(startCheckout);
          return;
        }
        await new Promise((resolve) => setTimeout(resolve, PROVIDER_MILLISECONDS));
      }
    });
  }

  #took(answer: Reservation | Problem): void {
    if ("id" in answer) this.#reservation.value = answer;
    else {
      this.problem.value = answer.message;
      void this.look();
    }
  }

  async #call(name: "extend" | "choose" | "cancel" | "pay", call: () => Promise<void>): Promise<void> {
    if (this.busy.value) return;
    batch(() => {
      this.busy.value = name;
      this.problem.value = null;
    });
    try {
      await call();
    } catch (error) {
      this.problem.value = explain(error);
    } finally {
      this.busy.value = null;
    }
  }
}

/** Money of a bank transfer comes within days. */
const CHECKOUT_MILLISECONDS = 14 * 86_400_000;
const checkouts = () => new Shelf<true>("checkout", account.value);

/** Whether this browser went to the provider's page for it: then late money may still come. */
export function wasAtProvider(reservation: string): boolean {
  return checkouts().get(reservation, clock.now()) !== null;
}
