// The countdown of a hold, with more time by one press: WCAG 2.2.1.
import { useSignalEffect } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import { t } from "../i18n";
import { clock } from "./clock";
import { clockFace, startCountdown, WARN_SECONDS } from "./countdown";
import type { Followed, Reservation } from "./follow";

interface Props {
  followed: Followed;
  reservation: Reservation;
  /** When the hold is over by the server's clock. */
  over: () => void;
}

export function Timer({ followed, reservation, over }: Props) {
  const countdown = useMemo(() => startCountdown(Date.parse(reservation.expiresAt), () => clock.now()), []);
  useEffect(() => countdown.stop, []);
  useEffect(() => countdown.set(Date.parse(reservation.expiresAt)), [reservation.expiresAt]);
  useSignalEffect(() => {
    if (countdown.seconds.value === 0) over();
  });
  const seconds = countdown.seconds.value;
  const spoken = countdown.spoken.value;
  const isUrgent = seconds <= WARN_SECONDS;
  const { extensionsLeft } = reservation;
  return (
    <section class={`timer${isUrgent ? " urgent" : ""}`} aria-label={t("hold_time")}>
      <p class="timer-face">
        <span class="timer-clock" role="timer" aria-live="off">
          {clockFace(seconds)}
        </span>
        <span>{seconds === 0 ? t("hold_over") : isUrgent ? t("hold_soon_over") : t("hold_left")}</span>
      </p>
      {extensionsLeft > 0 ? (
        <button
          type="button"
          class={isUrgent ? "button main" : "button"}
          aria-disabled={seconds === 0 || followed.busy.value !== null}
          onClick={() => seconds > 0 && void followed.extend()}
        >
          {followed.busy.value === "extend" ? t("one_moment") : t("hold_extend")}
        </button>
      ) : (
        <p class="hint">{t("hold_last_extension")}</p>
      )}
      <p role="alert" class="unseen">
        {spoken === null ? "" : spoken === 0 ? t("hold_over") : t("hold_spoken", { count: spoken })}
      </p>
    </section>
  );
}
