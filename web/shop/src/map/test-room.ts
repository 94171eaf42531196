// Seats for unit tests.
import { SeatBook, type WholeSeat } from "./seats";

interface Other {
  x?: number;
  y?: number;
  place?: number;
  version?: number;
  status?: WholeSeat["status"];
  features?: string[];
  amountMinor?: number;
}

export function wholeSeat(row: string, number: number, other: Other = {}): WholeSeat {
  const { x = number - 1, y = row.charCodeAt(0) - 65 } = other;
  return {
    id: `${row}${number}`,
    version: other.version ?? 1,
    status: other.status ?? "AVAILABLE",
    heldUntil: null,
    row,
    number,
    price: { amountMinor: other.amountMinor ?? 3200, currency: "BRL" },
    prices: [{ zone: { id: "standard" } }],
    seat: { label: `${row}${number}`, x, y, place: other.place ?? Math.floor(x), features: other.features ?? [] },
  };
}

export function bookOf(seats: WholeSeat[]): SeatBook {
  const book = new SeatBook();
  book.fold({ __typename: "SeatMap", position: "1", startsAt: "2026-11-29T20:30:00Z", status: "SCHEDULED", seats });
  return book;
}

export function memoryStorage(): Storage {
  const values = new Map<string, string>();
  return {
    getItem: (key: string) => values.get(key) ?? null,
    setItem: (key: string, value: string) => void values.set(key, value),
    removeItem: (key: string) => void values.delete(key),
    key: (index: number) => [...values.keys()][index] ?? null,
    get length() {
      return values.size;
    },
  } as Storage;
}
