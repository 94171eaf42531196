// What became of a reservation that is no longer held.
import { money, t, type TextKey } from "../i18n";
import { Heading } from "../page";
import { Again } from "./again";
import { Bill } from "./bill";
import type { Reservation } from "./follow";
import { SessionLine } from "./session-line";
import type { Stage } from "./stage";

type Ended = Exclude<Stage, "pay" | "returned">;

const TEXTS: Record<Ended, { heading: TextKey; text: TextKey; sign: string }> = {
  sold: { heading: "sold_heading", text: "sold_text", sign: "✓" },
  reseated: { heading: "reseated_heading", text: "reseated_text", sign: "✓" },
  refunded: { heading: "refunded_heading", text: "refunded_text", sign: "↩" },
  "partly-refunded": { heading: "partly_heading", text: "partly_text", sign: "↩" },
  checking: { heading: "checking_heading", text: "checking_text", sign: "…" },
  expired: { heading: "expired_heading", text: "expired_text", sign: "×" },
  cancelled: { heading: "cancelled_heading", text: "cancelled_text", sign: "×" },
  "money-back": { heading: "back_heading", text: "back_text", sign: "↩" },
};

const REFUNDS: Record<string, TextKey> = {
  PENDING: "refund_pending",
  SUCCEEDED: "refund_succeeded",
  FAILED: "refund_failed",
};

export function Outcome({ stage, reservation }: { stage: Ended; reservation: Reservation }) {
  const { heading, text, sign } = TEXTS[stage];
  const hasTickets = ["sold", "reseated", "partly-refunded"].includes(stage);
  const isGone = ["expired", "cancelled", "money-back"].includes(stage);
  const refunds = reservation.payment?.refunds ?? [];
  return (
    <div class={`outcome ${stage}`}>
      <div class="reservation-head">
        <span class="outcome-sign" aria-hidden="true">
          {sign}
        </span>
        <Heading>{t(heading)}</Heading>
        <p role="status">{t(text)}</p>
      </div>
      <section class="card">
        <p class="movie-title">{reservation.session.movie.title}</p>
        <SessionLine session={reservation.session} />
        <Bill reservation={reservation} />
        {refunds.length > 0 && (
          <ul class="refunds">
            {refunds.map(({ id, status, amount }) => (
              <li key={id}>{t(REFUNDS[status] as TextKey, { amount: money(amount) })}</li>
            ))}
          </ul>
        )}
        {hasTickets && (
          <a class="button main wide" href="/tickets">
            {t("sold_tickets")}
          </a>
        )}
        {isGone && <Again reservation={reservation} />}
        {!hasTickets && stage !== "checking" && (
          <a class="button wide" href={`/sessions/${reservation.session.id}`}>
            {t("again_map")}
          </a>
        )}
      </section>
    </div>
  );
}
