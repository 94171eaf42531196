import { useState } from "preact/hooks";
import type { SessionFilter } from "../api/generated/graphql";
import { TIME, local, money, t } from "../i18n";
import { type Availability, type Session, availabilityOf } from "../programme";
import { useRepeated } from "../query";

/** What is known of free seats, asked again every 15 seconds while the page is visible. */
export function useAvailability(filter: SessionFilter): (session: Session) => Availability {
  const [newer, setNewer] = useState<Map<string, Availability>>(new Map());
  const again = (signal: AbortSignal) => {
    // What is shown stays, if this fails: the next time is soon.
    availabilityOf(filter, signal).then(setNewer, () => {});
  };
  useRepeated(15, again, JSON.stringify(filter));
  return ({ id, availability }) => newer.get(id) ?? availability;
}

function level({ total, available }: Availability): "none" | "few" | "many" {
  if (!available) return "none";
  return available <= Math.max(8, total * 0.15) ? "few" : "many";
}

/** Links to sessions: when, where, how full. */
export function SessionList({ sessions, availability }: { sessions: Session[]; availability: (session: Session) => Availability }) {
  return (
    <ul class="sessions">
      {sessions.map((session) => {
        const seats = availability(session);
        const much = level(seats);
        return (
          <li key={session.id}>
            <a class={`session ${much}`} href={`/sessions/${session.id}`}>
              <time dateTime={session.startsAt}>{local(session.startsAtLocal, TIME)}</time>
              <span class="price">{money(session.pricePerSeat)}</span>
              <span class="where">{session.room.name}</span>
              <span class="free">
                <svg viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">
                  <rect class="track" width="100" height="4" />
                  <rect class="part" width={(100 * seats.available) / (seats.total || 1)} height="4" />
                </svg>
                {much === "none" ? t("sold_out") : much === "few" ? t("seats_few", { count: seats.available }) : t("seats_free", { count: seats.available })}
              </span>
            </a>
          </li>
        );
      })}
    </ul>
  );
}
