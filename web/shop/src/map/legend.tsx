// What shapes and colours mean, with the prices of each zone.
import type { SessionPageQuery } from "../api/generated/graphql";
import { grouped } from "../grouped";
import { money, t } from "../i18n";
import { featuresOf } from "./names";
import type { Seat } from "./seats";
import { pathOf, ZONE_LOOKS, type Look } from "./shapes";

type Prices = NonNullable<SessionPageQuery["session"]>["prices"];

export interface Zone {
  id: string;
  name: string;
  prices: Prices;
}

export function zonesOf(prices: Prices): Zone[] {
  return grouped(prices, ({ zone }) => zone.id).flatMap(([, ofZone]) => (ofZone[0] ? [{ ...ofZone[0].zone, prices: ofZone }] : []));
}

function Sample({ zone, look, features = [] }: { zone: number; look: Look; features?: string[] }) {
  return (
    <svg class="sample" viewBox="-.5 -.5 1 1" aria-hidden="true">
      <path class={`seat zone-${zone % ZONE_LOOKS} ${look}`} d={pathOf(zone, look, { features })} />
    </svg>
  );
}

const STATES = [
  ["chosen", "legend_chosen"],
  ["held", "legend_held"],
  ["taken", "legend_taken"],
] as const;
const FEATURES = ["WHEELCHAIR", "COMPANION", "SOFA_RIGHT", "RECLINER", "OBSTRUCTED_VIEW"];

export function Legend({ zones, seats }: { zones: readonly Zone[]; seats: readonly Seat[] }) {
  const present = FEATURES.filter((feature) => seats.some((seat) => seat.features.includes(feature)));
  return (
    <div class="legend">
      <ul class="legend-zones">
        {zones.map((zone, index) => (
          <li key={zone.id}>
            <Sample zone={index} look="free" />
            <span>
              <strong>{zones.length > 1 ? zone.name : t("legend_free")}</strong>
              <span class="legend-prices">
                {zone.prices.map(({ ticketType, price }) => (
                  <span key={ticketType.id}>
                    {zone.prices.length > 1 && `${ticketType.name} `}
                    {money(price)}
                  </span>
                ))}
              </span>
            </span>
          </li>
        ))}
      </ul>
      <ul class="legend-signs">
        {STATES.map(([look, text]) => (
          <li key={look}>
            <Sample zone={0} look={look} />
            {t(text)}
          </li>
        ))}
        {present.map((feature) => (
          <li key={feature}>
            <Sample zone={0} look="free" features={[feature]} />
            {featuresOf({ features: [feature] })[0]}
          </li>
        ))}
      </ul>
    </div>
  );
}
