// Held seats: the countdown, the types of tickets, the total, and how to pay.
import { useEffect, useState } from "preact/hooks";
import type { IfLate } from "../api/generated/graphql";
import { money, t } from "../i18n";
import { Heading } from "../page";
import { Bill } from "./bill";
import type { Followed, Reservation } from "./follow";
import { SessionLine } from "./session-line";
import { Timer } from "./timer";

interface Props {
  reservation: Reservation;
  followed: Followed;
  /** The provider's page was visited: what came of it is on its way. */
  isReturned: boolean;
  isOver: boolean;
  over: () => void;
}

export function CheckOut({ reservation, followed, isReturned, isOver, over }: Props) {
  const { payment, orphans } = reservation;
  const [ifLate, setIfLate] = useState<IfLate>("SAME_SEATS");
  const problem = followed.problem.value;
  const busy = followed.busy.value;
  const isApproved = payment?.provider === "approve";
  const isOff = busy !== null || isOver;
  // The payment is opened a moment after the hold: a press before that counts then.
  const [isPressed, setPressed] = useState(false);
  const isWaiting = isPressed && !isOver && (!payment || busy !== null);
  useEffect(() => {
    if (!isPressed || isWaiting) return;
    setPressed(false);
    if (isOff || !payment) return;
    if (isApproved) void followed.approve(payment.id);
    else void followed.checkOut(payment.id, ifLate);
  }, [isPressed, isWaiting]);
  return (
    <div class="check-out">
      <div class="reservation-head">
        <Heading>{t(isReturned ? "pay_returned" : "pay_heading")}</Heading>
        <p class="movie-title">{reservation.session.movie.title}</p>
        <SessionLine session={reservation.session} />
      </div>
      <Timer followed={followed} reservation={reservation} over={over} />
      {isReturned && (
        <p class="checking" role="status">
          {t("pay_waiting")}
        </p>
      )}
      <section class="card">
        <Bill reservation={reservation} {...(isReturned || isOver || isWaiting ? {} : { followed })} />
        {orphans.length > 0 && (
          <p class="hint">{t("pay_orphans", { seats: orphans.map(({ row, number }) => row + number).join(", ") })}</p>
        )}
        {payment && !isApproved && !isReturned && <LateMoney value={ifLate} choose={setIfLate} />}
        <div role="alert">{problem && <p class="problem">{problem}</p>}</div>
        <p class="hint" role="status">
          {isWaiting && t("pay_opening")}
        </p>
        <div class="pay-buttons">
          <button type="button" class="button main wide" aria-disabled={isOff || isWaiting} onClick={() => isOff || setPressed(true)}>
            {busy === "pay" || isWaiting
              ? t("one_moment")
              : isReturned
                ? t("pay_go_on")
                : t(isApproved || !payment ? "pay_amount" : "pay_provider", { amount: money(reservation.total) })}
          </button>
          <button
            type="button"
            class="button"
            aria-disabled={busy !== null}
            onClick={() => busy || void followed.cancel()}
          >
            {t(busy === "cancel" ? "pay_cancelling" : "pay_cancel")}
          </button>
        </div>
      </section>
    </div>
  );
}

const IF_LATE = [
  ["SAME_SEATS", "late_same"],
  ["SAME_OR_BETTER_SEATS", "late_better"],
  ["REFUND", "late_refund"],
] as const;

function LateMoney({ value, choose }: { value: IfLate; choose: (value: IfLate) => void }) {
  return (
    <fieldset class="if-late">
      <legend>{t("late_question")}</legend>
      {IF_LATE.map(([option, text]) => (
        <label key={option}>
          <input type="radio" name="if-late" checked={value === option} onChange={() => choose(option)} />
          {t(text)}
        </label>
      ))}
    </fieldset>
  );
}
