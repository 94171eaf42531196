// The drawn seats. Each is one node, which wakes with the signal of its seat and with nothing else.
import { t } from "../i18n";
import type { Plan } from "./plan";
import type { Seat } from "./seats";
import { lookOf, pathOf, ZONE_LOOKS } from "./shapes";

interface Drawing {
  plan: Plan;
  describe: (seat: Seat) => string;
  zoneOf: (seat: Seat) => number;
}

export function Seats({ plan, describe, zoneOf }: Drawing) {
  return (
    <>
      <g class="row-names" aria-hidden="true">
        {plan.names.map(({ name, x, y }) => (
          <text key={`${name} ${x}`} x={x} y={y}>
            {name}
          </text>
        ))}
      </g>
      <g class="numbers" aria-hidden="true">
        {plan.numbers.map(({ text, x, y }, index) => (
          <text key={index} x={x} y={y}>
            {text}
          </text>
        ))}
      </g>
      {plan.rows.map((row) => (
        <g key={row[0]?.row} role="row" aria-label={t("seat_row", { row: row[0]?.row ?? "" })}>
          {row.map((seat) => (
            <Mark key={seat.id} seat={seat} zone={zoneOf(seat)} at={plan.spotOf(seat)} describe={describe} />
          ))}
        </g>
      ))}
    </>
  );
}

interface MarkProps {
  seat: Seat;
  zone: number;
  at: { x: number; y: number };
  describe: (seat: Seat) => string;
}

function Mark({ seat, zone, at, describe }: MarkProps) {
  const look = lookOf(seat.state.value);
  return (
    <path
      id={`seat-${seat.id}`}
      class={`seat zone-${zone % ZONE_LOOKS} ${look}`}
      d={pathOf(zone, look, seat)}
      transform={`translate(${at.x} ${at.y})`}
      role="gridcell"
      tabindex={-1}
      aria-label={describe(seat)}
      aria-selected={look === "chosen"}
      aria-disabled={look === "held" || look === "taken"}
    />
  );
}
