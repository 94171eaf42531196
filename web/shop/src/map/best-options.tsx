// Which of the best seats: how many of each type of ticket, in which zone, with what.
import type { SeatFeature } from "../api/generated/graphql";
import { t } from "../i18n";
import { zonesOf } from "./legend";
import { featuresOf } from "./names";
import type { BestWish, Purchase } from "./purchase";
import type { Seat } from "./seats";

/** Each seat has one of the first pair, or of a sofa, and every other feature: so features make sense together only like this. */
const KINDS: SeatFeature[][] = [["WHEELCHAIR"], ["WHEELCHAIR", "COMPANION"], ["SOFA_LEFT", "SOFA_RIGHT"], ["RECLINER"]];

function kindsIn(seats: readonly Seat[]): SeatFeature[][] {
  const present = new Set(seats.flatMap(({ features }) => features));
  return KINDS.filter((kind) => kind.every((feature) => present.has(feature)));
}

function wishOf(form: FormData): BestWish {
  const counts = [...form].flatMap(([name, value]) => (name.startsWith("type:") && Number(value) ? [{ ticketTypeId: name.slice(5), count: Number(value) }] : []));
  const zone = String(form.get("zone") ?? "");
  return {
    tickets: counts,
    ...(zone && { zoneIds: [zone] }),
    features: String(form.get("kind") ?? "").split(" ").filter(Boolean) as SeatFeature[],
  };
}

export function BestOptions({ purchase, isOff }: { purchase: Purchase; isOff: boolean }) {
  const { prices } = purchase.session.value;
  const zones = zonesOf(prices);
  const types = new Map(prices.map(({ ticketType }) => [ticketType.id, ticketType]));
  const kinds = kindsIn(purchase.book.seats);
  const send = (event: SubmitEvent) => {
    event.preventDefault();
    const wish = wishOf(new FormData(event.currentTarget as HTMLFormElement));
    void purchase.withSignIn(() => purchase.reserveBest(wish));
  };
  return (
    <details class="best-more">
      <summary>{t("best_more")}</summary>
      <form onSubmit={send}>
        {[...types.values()].map(({ id, name, isDefault }) => (
          <label key={id}>
            {types.size > 1 ? name : t("best_how_many")}
            <input type="number" inputMode="numeric" name={`type:${id}`} min={types.size > 1 ? 0 : 1} defaultValue={isDefault ? "2" : "0"} />
          </label>
        ))}
        {zones.length > 1 && (
          <label>
            {t("best_zone")}
            <select name="zone">
              <option value="">{t("best_any")}</option>
              {zones.map(({ id, name }) => (
                <option key={id} value={id}>
                  {name}
                </option>
              ))}
            </select>
          </label>
        )}
        {kinds.length > 0 && (
          <label>
            {t("best_kind")}
            <select name="kind">
              <option value="">{t("best_any")}</option>
              {kinds.map((kind) => (
                <option key={kind[0]} value={kind.join(" ")}>
                  {[...new Set(kind.flatMap((feature) => featuresOf({ features: [feature] })))].join(", ")}
                </option>
              ))}
            </select>
          </label>
        )}
        <button class="button main" aria-disabled={isOff}>
          {t("best_submit")}
        </button>
      </form>
    </details>
  );
}
