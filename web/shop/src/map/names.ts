// What a seat is called, for people who hear the page.
import { money, t, type TextKey } from "../i18n";
import type { Look } from "./shapes";
import type { Seat } from "./seats";

/** In the order in which they are named; an aisle is seen, not named. */
const FEATURES: Record<string, TextKey> = {
  WHEELCHAIR: "seat_wheelchair",
  COMPANION: "seat_companion",
  SOFA_LEFT: "seat_sofa",
  SOFA_RIGHT: "seat_sofa",
  RECLINER: "seat_recliner",
  OBSTRUCTED_VIEW: "seat_obstructed",
};

const LOOKS: Record<Look, TextKey> = {
  free: "seat_free",
  chosen: "seat_chosen",
  held: "seat_held",
  taken: "seat_taken",
};

export function featuresOf(seat: Pick<Seat, "features">): string[] {
  return Object.keys(FEATURES)
    .filter((feature) => seat.features.includes(feature))
    .map((feature) => t(FEATURES[feature] as TextKey));
}

/** "Row G, seat 12, VIP, recliner, free, R$ 32". The only zone of a room is not named. */
export function nameOf(seat: Seat, look: Look, zone: string | null, currency: string): string {
  return [
    t("seat_place", { row: seat.row, number: String(seat.number) }),
    ...(zone ? [zone] : []),
    ...featuresOf(seat),
    t(LOOKS[look]),
    money({ amountMinor: seat.amountMinor, currency }),
  ].join(", ");
}

export function labelsOf(seats: readonly Pick<Seat, "label">[]): string {
  return seats.map(({ label }) => label).join(", ");
}
