// After the end of a hold: the same seats again, if they are free.
import { useEffect, useState } from "preact/hooks";
import { explain } from "../api/errors";
import { ReserveSeatsDocument, type ReserveSeatsInput, SeatStatesDocument } from "../api/generated/graphql";
import { ask } from "../api/http";
import { t } from "../i18n";
import { useNavigate } from "../router";
import type { Reservation } from "./follow";
import { Attempts } from "./keys";

export function Again({ reservation }: { reservation: Reservation }) {
  const leave = useNavigate();
  const [areFree, setFree] = useState(false);
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  useEffect(() => {
    let isGone = false;
    ask(SeatStatesDocument, { session: reservation.session.id }).then(
      ({ seatMap }) => {
        const free = new Set(seatMap?.seats.filter(({ status }) => status === "AVAILABLE").map(({ id }) => id));
        if (!isGone) setFree(reservation.seats.every(({ id }) => free.has(id)));
      },
      () => {}, // the way to the map is there in any case
    );
    return () => {
      isGone = true;
    };
  }, [reservation.id]);

  async function hold(): Promise<void> {
    if (isBusy) return;
    setBusy(true);
    const attempts = new Attempts<ReserveSeatsInput>(`again:${reservation.id}`);
    try {
      const { reserveSeats } = await attempts.call(wishOf(reservation), (input) => ask(ReserveSeatsDocument, { input }));
      if (reserveSeats.__typename === "Reservation") leave(`/reservations/${reserveSeats.id}`, { replace: true });
      else setProblem(reserveSeats.message);
    } catch (error) {
      setProblem(explain(error));
    } finally {
      setBusy(false);
    }
  }
  return (
    <>
      <div role="alert">{problem && <p class="problem">{problem}</p>}</div>
      {areFree && !problem && (
        <button type="button" class="button main wide" aria-disabled={isBusy} onClick={() => void hold()}>
          {t(isBusy ? "choice_holding" : "again_same")}
        </button>
      )}
    </>
  );
}

function wishOf({ session, seats, tickets }: Reservation): ReserveSeatsInput {
  const bySeat = new Map(seats.map((seat) => [seat.seat.id, seat.id]));
  return {
    sessionId: session.id,
    seatIds: seats.map(({ id }) => id),
    tickets: tickets.flatMap(({ seat, ticketType }) => {
      const seatId = bySeat.get(seat.id);
      return seatId ? [{ seatId, ticketTypeId: ticketType.id }] : [];
    }),
  };
}
