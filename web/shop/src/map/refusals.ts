// Why seats were not held, in the terms of the map, and what is still free beside them.
import type { ReserveBestSeatsInput, ReserveSeatsMutation } from "../api/generated/graphql";
import { besideWanted } from "./neighbours";
import type { Seat, SeatBook, SeatNews } from "./seats";

export type Refusal = Exclude<ReserveSeatsMutation["reserveSeats"], { __typename: "Reservation" }>;

export interface Notice {
  kind: "lost" | "taken" | "orphans" | "none" | "stale" | "refused";
  text?: string;
  seats?: readonly Seat[];
  /** What can be had in place of `replaced`. */
  instead?: readonly Seat[];
  replaced?: readonly Seat[];
  /** The same can be had in several places. */
  apart?: ReserveBestSeatsInput;
}

/** Also learns what the refusal says of seats. */
export function noticeOf(refusal: Refusal, book: SeatBook, chosen: readonly Seat[]): Notice {
  const learnt = (news: readonly SeatNews[]): Seat[] => {
    book.learn(news);
    return news.map(({ id }) => book.find(id)).filter((seat) => seat !== undefined);
  };
  switch (refusal.__typename) {
    case "SeatsUnavailable": {
      const lost = learnt(refusal.seats);
      return { kind: "lost", seats: lost, instead: besideWanted(book.seats, lost) };
    }
    case "OrphanLeft":
      return { kind: "orphans", seats: learnt(refusal.orphans), instead: learnt(refusal.better), replaced: chosen };
    case "InvalidInput":
      return { kind: "refused", text: refusal.fields[0]?.message ?? refusal.message };
    default:
      return { kind: "refused", text: refusal.message };
  }
}
