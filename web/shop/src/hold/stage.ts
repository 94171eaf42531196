// Which page a reservation has: docs/api.md, "Paying through a provider".
import type { Reservation } from "./follow";

export type Stage =
  | "pay" // seats are held
  | "returned" // seats are held, and the provider was visited
  | "checking" // the hold is over, and the money may be on its way
  | "sold"
  | "reseated"
  | "refunded" // all tickets were given back
  | "partly-refunded"
  | "expired"
  | "cancelled"
  | "money-back"; // taken without a sale

/** Answers and updates overtake each other, and nothing that was closed is held again. */
export function isOlder(next: Pick<Reservation, "status">, known: Pick<Reservation, "status">): boolean {
  return next.status === "PENDING" && known.status !== "PENDING";
}

type Facts = Pick<Reservation, "status"> & {
  payment: Pick<NonNullable<Reservation["payment"]>, "status" | "provider" | "outcome"> | null;
};

export function stageOf({ status, payment }: Facts, wasAtProvider: boolean): Stage {
  const outcome = payment?.outcome ?? null;
  const isProviders = payment !== null && payment.provider !== "approve";
  switch (status) {
    case "PENDING":
      return wasAtProvider && isProviders && outcome === null ? "returned" : "pay";
    case "CONFIRMED":
      if (payment?.status === "REFUNDED") return "refunded";
      if (payment?.status === "PARTLY_REFUNDED") return "partly-refunded";
      return outcome === "RESEATED" ? "reseated" : "sold";
    default:
      if (outcome === "REFUNDED") return "money-back";
      if (outcome === null && isProviders && wasAtProvider) return "checking";
      return status === "EXPIRED" ? "expired" : "cancelled";
  }
}
