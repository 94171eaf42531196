// Free seats to offer when others cannot be had.
import type { Seat } from "./seats";

const ROW_WEIGHT = 1.5; // a row further is as bad as one and a half seats to the side

/** Halves of sofas, and places for who needs them, are not offered to somebody who did not ask for one. */
const RESERVED = new Set(["WHEELCHAIR", "COMPANION", "SOFA_LEFT", "SOFA_RIGHT"]);

function offered(seat: Seat): boolean {
  const { status, chosen } = seat.state.peek();
  return status === "AVAILABLE" && !chosen && !seat.features.some((feature) => RESERVED.has(feature));
}

/** As many free seats side by side, as near to the wanted ones as there are; empty if there are none. */
export function besideWanted(seats: readonly Seat[], wanted: readonly Seat[], count = wanted.length): Seat[] {
  if (!wanted.length || !count) return [];
  const middle = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const x = middle(wanted.map((seat) => seat.x));
  const y = middle(wanted.map((seat) => seat.y));
  let best: Seat[] = [];
  let least = Infinity;
  for (const run of runsOf(seats.filter(offered))) {
    for (let from = 0; from + count <= run.length; from += 1) {
      const block = run.slice(from, from + count);
      const distance = Math.hypot(middle(block.map((seat) => seat.x)) - x, (middle(block.map((seat) => seat.y)) - y) * ROW_WEIGHT);
      if (distance < least) [best, least] = [block, distance];
    }
  }
  return best;
}

/** Seats of a row whose places differ by one. */
function runsOf(seats: readonly Seat[]): Seat[][] {
  const ordered = [...seats].sort((a, b) => (a.row === b.row ? a.place - b.place : a.row < b.row ? -1 : 1));
  const runs: Seat[][] = [];
  for (const seat of ordered) {
    const run = runs.at(-1);
    const last = run?.at(-1);
    if (run && last?.row === seat.row && last.place + 1 === seat.place) run.push(seat);
    else runs.push([seat]);
  }
  return runs;
}
