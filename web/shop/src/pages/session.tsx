// One session: its live map, what is chosen, and the way to the hold.
import { useEffect, useMemo, useState } from "preact/hooks";
import { explain } from "../api/errors";
import { SessionLine } from "../hold/session-line";
import { locale, t } from "../i18n";
import { BestSeats } from "../map/best-seats";
import { Choice } from "../map/choice";
import { Legend, zonesOf } from "../map/legend";
import { nameOf } from "../map/names";
import { Notices } from "../map/notices";
import { Purchase, readSession, type Session } from "../map/purchase";
import { SeatList } from "../map/seat-list";
import { SeatMap, uncover } from "../map/seat-map";
import type { Seat } from "../map/seats";
import { lookOf } from "../map/shapes";
import { Failure, FailurePage, Heading, Waiting } from "../page";
import { place, useNavigate } from "../router";
import { NotFound } from "./not-found";
import "../style/purchase.css";
import "../style/map.css";

/** `undefined`: on its way. `null`: there is none. */
type Loaded = Session | null | undefined;

export function SessionPage() {
  const { id } = place.value;
  const [session, setSession] = useState<Loaded>();
  const [failure, setFailure] = useState<string | null>(null);
  const [tries, setTries] = useState(0);
  useEffect(() => {
    const over = new AbortController();
    setFailure(null);
    readSession(id, { signal: over.signal }).then(setSession, (error: unknown) => over.signal.aborted || setFailure(explain(error)));
    return () => over.abort();
  }, [id, tries]);
  if (failure) return <FailurePage text={failure} retry={() => setTries(tries + 1)} />;
  if (session === undefined) return <Waiting />;
  return session ? <Room first={session} /> : <NotFound />;
}

function Room({ first }: { first: Session }) {
  const leave = useNavigate();
  const purchase = useMemo(() => new Purchase(first, (held) => leave(`/reservations/${held}`)), [first]);
  useEffect(() => purchase.start(), [purchase]);
  const session = purchase.session.value;
  const [isList, setList] = useState(false);
  const { book } = purchase;
  const freshness = purchase.live.freshness.value;
  const zones = useMemo(() => zonesOf(session.prices), [session.prices]);
  const indexes = useMemo(() => new Map(zones.map(({ id }, index) => [id, index])), [zones]);
  const zoneOf = useMemo(() => (seat: Seat) => indexes.get(seat.zoneId) ?? 0, [indexes]);
  const describe = useMemo(() => {
    const { currency } = session.pricePerSeat;
    const zoneName = (seat: Seat) => (zones.length > 1 ? (zones[zoneOf(seat)]?.name ?? null) : null);
    return (seat: Seat) => nameOf(seat, lookOf(seat.state.value), zoneName(seat), currency);
  }, [zones, zoneOf, session.pricePerSeat.currency, locale.value]);
  const press = (seat: Seat) => purchase.press(seat);
  const isOver = freshness === "gone" || session.status === "CANCELLED";
  return (
    <div class="room">
      <div class="room-head">
        <p class="eyebrow">
          <a href={`/movies/${session.movie.id}`}>{t("session_back")}</a>
        </p>
        <Heading>{session.movie.title}</Heading>
        <SessionLine session={session} />
      </div>
      {isOver ? (
        <Failure text={t("session_gone")} />
      ) : (
        <>
          <section class="room-map" aria-label={t("map_name")} onFocusIn={({ target }) => uncoverReached(target as Element)}>
            <Staleness freshness={freshness} />
            <div class="room-tools">
              <BestSeats purchase={purchase} />
              <button type="button" class="button" aria-pressed={isList} onClick={() => setList(!isList)}>
                {t("list_show")}
              </button>
            </div>
            {isList ? (
              <SeatList book={book} isLive={freshness === "live"} describe={describe} press={press} />
            ) : (
              <SeatMap book={book} freshness={freshness} describe={describe} zoneOf={zoneOf} press={press} />
            )}
            <Legend zones={zones} seats={book.seats} />
          </section>
          <section class="room-side" aria-label={t("choice_name")}>
            <Notices purchase={purchase} />
            <Choice purchase={purchase} />
          </section>
        </>
      )}
    </div>
  );
}

/** What was reached by key: a page that scrolls below a finger or a mouse would lose their press. */
function uncoverReached(control: Element): void {
  if (control.matches(":focus-visible")) uncover(control);
}

function Staleness({ freshness }: { freshness: string }) {
  return (
    <p class="staleness" role="status">
      {freshness === "stale" ? t("map_stale") : ""}
    </p>
  );
}
