// Which seat a key leads to: the grid pattern of WAI-ARIA, by where seats stand and not by their numbers.
import { grouped } from "../grouped";
import type { Seat } from "./seats";

const PAGE_ROWS = 5;

export type Rows = readonly (readonly Seat[])[];

/** Rows from the screen to the back wall, each from left to right. */
export function rowsOf(seats: readonly Seat[]): Rows {
  const depth = (row: readonly Seat[]) => row.reduce((sum, seat) => sum + seat.y, 0) / row.length;
  return grouped(seats, ({ row }) => row)
    .map(([, row]) => row.sort((a, b) => a.x - b.x))
    .sort((a, b) => depth(a) - depth(b));
}

function nearest(row: readonly Seat[], x: number): Seat {
  return row.reduce((best, seat) => (Math.abs(seat.x - x) < Math.abs(best.x - x) ? seat : best));
}

/** Null for a key that moves nothing. At an edge it is the seat itself. */
export function seatAfterKey(rows: Rows, from: Seat, key: string, ctrl = false): Seat | null {
  const depth = rows.findIndex((row) => row.includes(from));
  const row = rows[depth];
  if (!row) return null;
  const index = row.indexOf(from);
  const inRow = (step: number) => row[Math.min(Math.max(index + step, 0), row.length - 1)] ?? from;
  const toRow = (step: number) => {
    const there = rows[Math.min(Math.max(depth + step, 0), rows.length - 1)];
    return !there || there === row ? from : nearest(there, from.x);
  };
  switch (key) {
    case "ArrowLeft":
      return inRow(-1);
    case "ArrowRight":
      return inRow(1);
    case "ArrowUp":
      return toRow(-1);
    case "ArrowDown":
      return toRow(1);
    case "PageUp":
      return toRow(-PAGE_ROWS);
    case "PageDown":
      return toRow(PAGE_ROWS);
    case "Home":
      return ctrl ? (rows[0]?.[0] ?? from) : inRow(-row.length);
    case "End":
      return ctrl ? (rows.at(-1)?.at(-1) ?? from) : inRow(row.length);
    default:
      return null;
  }
}
