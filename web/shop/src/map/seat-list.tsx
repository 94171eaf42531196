// The same seats as a list: for who does not want a map, or cannot hit one.
import { computed } from "@preact/signals";
import { useMemo, useState } from "preact/hooks";
import { t } from "../i18n";
import { rowsOf } from "./keyboard";
import type { Seat, SeatBook } from "./seats";
import { lookOf } from "./shapes";

interface Props {
  book: SeatBook;
  isLive: boolean;
  describe: (seat: Seat) => string;
  press: (seat: Seat) => void;
}

export function SeatList({ book, isLive, describe, press }: Props) {
  const changes = book.plan.value;
  const rows = useMemo(() => rowsOf(book.seats), [book, changes]);
  return (
    <div class="seat-list">
      {rows.map((row) => (
        <Row key={row[0]?.row} row={row} isLive={isLive} describe={describe} press={press} />
      ))}
    </div>
  );
}

type RowProps = Omit<Props, "book"> & { row: readonly Seat[] };

function Row({ row, isLive, describe, press }: RowProps) {
  const [isOpen, setOpen] = useState(false);
  const free = useMemo(() => computed(() => row.filter((seat) => seat.state.value.status === "AVAILABLE").length), [row]);
  return (
    <details onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        <span>{t("seat_row", { row: row[0]?.row ?? "" })}</span>
        <span class="seat-list-free">{t("list_free", { count: free.value })}</span>
      </summary>
      {isOpen && (
        <ul>
          {row.map((seat) => (
            <Item key={seat.id} seat={seat} isLive={isLive} describe={describe} press={press} />
          ))}
        </ul>
      )}
    </details>
  );
}

function Item({ seat, isLive, describe, press }: Omit<RowProps, "row"> & { seat: Seat }) {
  const look = lookOf(seat.state.value);
  const isTaken = look === "held" || look === "taken";
  return (
    <li>
      <button
        type="button"
        class={`seat-button ${look}`}
        aria-pressed={look === "chosen"}
        aria-disabled={isTaken || !isLive}
        onClick={() => press(seat)}
      >
        {describe(seat)}
      </button>
    </li>
  );
}
