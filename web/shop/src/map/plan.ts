// Where things stand in the drawing of a room. The unit is the width of a seat.
import { rowsOf, type Rows } from "./keyboard";
import type { Seat } from "./seats";

const ROW_PITCH = 1.18;
const SIDE = 1.6; // for the names of rows
const SCREEN = 2.6;
const BACK = 0.4;
const BELOW = 0.53; // nearer to its seat than to the next row
const DIGIT = 0.15;

export interface Spot {
  x: number;
  y: number;
}

export interface RowName extends Spot {
  name: string;
}

/** The numbers of all seats of a row, as one text: each digit has its own spot. */
export interface RowNumbers {
  text: string;
  x: string;
  y: string;
}

export interface Plan {
  width: number;
  height: number;
  rows: Rows;
  names: readonly RowName[];
  /** As many as rows. */
  numbers: readonly RowNumbers[];
  screen: { x: number; width: number };
  spotOf(seat: Seat): Spot;
  /** The seat at this spot, or within reach of a finger. */
  seatAt(spot: Spot): Seat | null;
}

const REACH = 0.75;

export function planOf(seats: readonly Seat[]): Plan {
  const [left, right] = extent(seats.map(({ x }) => x));
  const [front, back] = extent(seats.map(({ y }) => y));
  const spotOf = (seat: Seat) => ({
    x: seat.x - left + 0.5 + SIDE,
    y: (seat.y - front) * ROW_PITCH + 0.5 + SCREEN,
  });
  const width = right - left + 1 + 2 * SIDE;
  const rows = rowsOf(seats);
  const names = rows.flatMap((row) => {
    const [first, last] = [row[0] as Seat, row.at(-1) as Seat];
    return [
      { name: first.row, x: SIDE / 2, y: spotOf(first).y },
      { name: first.row, x: width - SIDE / 2, y: spotOf(last).y },
    ];
  });
  return {
    width,
    height: (back - front) * ROW_PITCH + 1 + SCREEN + BACK,
    rows,
    names,
    numbers: rows.map((row) => numbersOf(row, spotOf)),
    screen: { x: width * 0.14, width: width * 0.72 },
    spotOf,
    seatAt(spot) {
      const distance = (seat: Seat) => Math.hypot(spotOf(seat).x - spot.x, spotOf(seat).y - spot.y);
      let best: Seat | null = null;
      let least = REACH;
      for (const seat of seats) {
        const there = distance(seat);
        if (there < least) [best, least] = [seat, there];
      }
      return best;
    },
  };
}

function numbersOf(row: readonly Seat[], spotOf: (seat: Seat) => Spot): RowNumbers {
  const digits = row.flatMap((seat) => {
    const { x, y } = spotOf(seat);
    const number = [...String(seat.number)];
    return number.map((digit, index) => ({ digit, x: x + (index - (number.length - 1) / 2) * DIGIT, y: y + BELOW }));
  });
  const list = (values: number[]) => values.map((value) => Number(value.toFixed(3))).join(" ");
  return { text: digits.map(({ digit }) => digit).join(""), x: list(digits.map(({ x }) => x)), y: list(digits.map(({ y }) => y)) };
}

function extent(values: readonly number[]): [number, number] {
  return values.length ? [Math.min(...values), Math.max(...values)] : [0, 0];
}
