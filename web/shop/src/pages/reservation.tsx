// One reservation, whatever became of it: to pay, being checked, sold, late, given back.
import { useEffect, useMemo, useState } from "preact/hooks";
import { signInPath } from "../api/people";
import { account, tokens } from "../api/tokens";
import { CheckOut } from "../hold/check-out";
import { Followed, wasAtProvider, type Reservation } from "../hold/follow";
import { Outcome } from "../hold/outcome";
import { stageOf } from "../hold/stage";
import { FailurePage, Waiting } from "../page";
import { navigate, place } from "../router";
import { NotFound } from "./not-found";
import "../style/purchase.css";
import "../style/hold.css";

export function ReservationPage() {
  const { id } = place.value;
  const followed = useMemo(() => new Followed(id), [id, account.value]);
  const isSomebody = tokens.value !== null;
  useEffect(() => {
    if (isSomebody) return followed.start();
    navigate(signInPath(`/reservations/${id}`), { replace: true });
    return undefined;
  }, [followed, isSomebody]);
  const reservation = followed.reservation.value;
  if (reservation === undefined) {
    const failure = followed.problem.value;
    return failure ? <FailurePage text={failure} retry={() => void followed.look()} /> : <Waiting />;
  }
  return reservation ? <Shown reservation={reservation} followed={followed} /> : <NotFound />;
}

function Shown({ reservation, followed }: { reservation: Reservation; followed: Followed }) {
  const [isOver, setOver] = useState(false);
  useEffect(() => {
    setOver(false);
  }, [reservation.expiresAt]);
  const stage = stageOf(reservation, wasAtProvider(reservation.id));
  const isHeld = stage === "pay" || stage === "returned";
  useEffect(() => {
    if (isOver && isHeld) void followed.look();
  }, [isOver, isHeld]);
  return (
    <article class="reservation">
      {isHeld ? (
        <CheckOut
          reservation={reservation}
          followed={followed}
          isReturned={stage === "returned"}
          isOver={isOver}
          over={() => setOver(true)}
        />
      ) : (
        <Outcome key={stage} stage={stage} reservation={reservation} />
      )}
    </article>
  );
}

