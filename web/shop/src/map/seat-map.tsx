// The live map: an SVG with a node for each seat, which is a grid for the keyboard and for screen readers.
import { signal } from "@preact/signals";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { locale, t } from "../i18n";
import { BASE_PIXELS, Camera } from "./camera";
import { seatAfterKey } from "./keyboard";
import type { Freshness } from "./live";
import { planOf, type Plan } from "./plan";
import { Seats } from "./seat-marks";
import type { Seat, SeatBook } from "./seats";

const STEP = 1.6;

interface Props {
  book: SeatBook;
  freshness: Freshness;
  describe: (seat: Seat) => string;
  zoneOf: (seat: Seat) => number;
  press: (seat: Seat) => void;
}

export function SeatMap({ book, freshness, describe, zoneOf, press }: Props) {
  const changes = book.plan.value;
  const plan = useMemo(() => planOf(book.seats), [book, changes]);
  const area = useRef<HTMLDivElement>(null);
  const drawing = useRef<SVGSVGElement>(null);
  const hovered = useMemo(() => signal<Seat | null>(null), []);
  const camera = useMemo(() => new Camera(plan), [plan]);
  const active = useRef<string | null>(null);
  const latest = useRef(press);
  latest.current = press;

  useEffect(() => {
    if (!area.current || !drawing.current) return undefined;
    return camera.show(area.current, drawing.current, {
      seatOf: (node) => seatOf(node, book),
      press: (seat) => latest.current(seat),
      hover: (seat) => (hovered.value = seat),
    });
  }, [camera]);
  useEffect(() => {
    const first = plan.rows.at(Math.floor(plan.rows.length / 2))?.at(0);
    if (!active.current || !book.find(active.current)) active.current = first?.id ?? null;
    markActive(active.current);
  }, [plan]);

  function moveTo(seat: Seat): void {
    markActive(null, active.current);
    active.current = seat.id;
    markActive(seat.id);
    const node = nodeOf(seat.id);
    node?.focus({ preventScroll: true });
    camera.reveal(plan.spotOf(seat));
    if (node) uncover(node);
    hovered.value = seat;
  }

  function onKeyDown(event: KeyboardEvent): void {
    const seat = active.current && book.find(active.current);
    if (!seat || event.altKey || event.metaKey) return;
    if (event.key === "Enter" || event.key === " ") press(seat);
    else if (event.key === "+" || event.key === "=") camera.step(STEP);
    else if (event.key === "-") camera.step(1 / STEP);
    else if (event.key === "0") camera.whole();
    else {
      const next = seatAfterKey(plan.rows, seat, event.key, event.ctrlKey);
      if (!next) return;
      moveTo(next);
    }
    event.preventDefault();
  }

  const seats = useMemo(
    () => <Seats plan={plan} describe={describe} zoneOf={zoneOf} />,
    [plan, describe, zoneOf, locale.value],
  );
  return (
    <div class={`map ${freshness}`}>
      <div class="map-window" ref={area} style={{ aspectRatio: `${plan.width} / ${plan.height}` }}>
        <svg
          ref={drawing}
          width={plan.width * BASE_PIXELS}
          height={plan.height * BASE_PIXELS}
          viewBox={`0 0 ${plan.width} ${plan.height}`}
          role="grid"
          aria-label={t("map_name")}
          aria-describedby="map-help"
          aria-multiselectable="true"
          aria-disabled={freshness !== "live"}
          onKeyDown={onKeyDown}
          onFocusIn={(event) => {
            const seat = seatOf(event.target as Element, book);
            if (!seat) return;
            markActive(null, active.current);
            active.current = seat.id;
            markActive(seat.id);
            hovered.value = seat;
          }}
          onFocusOut={() => (hovered.value = null)}
        >
          <Screen plan={plan} />
          {seats}
        </svg>
      </div>
      <p id="map-help" class="unseen">
        {t("map_help")}
      </p>
      <div class="map-foot">
        <Readout seat={hovered} describe={describe} />
        <div class="map-tools" role="group" aria-label={t("map_zoom")}>
          <button type="button" aria-label={t("map_zoom_in")} title={t("map_zoom_in")} onClick={() => camera.step(STEP)}>
            +
          </button>
          <button type="button" aria-label={t("map_zoom_out")} title={t("map_zoom_out")} onClick={() => camera.step(1 / STEP)}>
            −
          </button>
          <button type="button" aria-label={t("map_whole")} title={t("map_whole")} onClick={() => camera.whole()}>
            ⤢
          </button>
        </div>
      </div>
    </div>
  );
}

function Screen({ plan }: { plan: Plan }) {
  const { x, width } = plan.screen;
  const middle = x + width / 2;
  return (
    <g class="screen" aria-hidden="true">
      <path d={`M${x},1.15Q${middle},.2 ${x + width},1.15L${x + width},1.35Q${middle},.4 ${x},1.35z`} />
      <text x={middle} y={1.75}>
        {t("map_screen")}
      </text>
    </g>
  );
}

function Readout({ seat, describe }: { seat: { value: Seat | null }; describe: (seat: Seat) => string }) {
  const shown = seat.value;
  void shown?.state.value;
  return (
    <p class="map-readout" aria-hidden="true">
      {shown && (
        <>
          <strong>{shown.label}</strong> {describe(shown)}
        </>
      )}
    </p>
  );
}

function nodeOf(id: string): SVGElement | null {
  return document.getElementById(`seat-${id}`) as SVGElement | null;
}

/** Scrolls the page until this is neither outside the window nor below the choice, which a phone shows at its end. */
export function uncover(node: Element): void {
  const seat = node.getBoundingClientRect();
  const choice = document.querySelector(".room-side")?.getBoundingClientRect();
  const isBeside = !choice || choice.left >= seat.right;
  const end = isBeside ? innerHeight : Math.min(innerHeight, choice.top);
  if (seat.bottom > end) scrollBy(0, seat.bottom - end + seat.height);
  else if (seat.top < 0) scrollBy(0, seat.top - seat.height);
}

function seatOf(node: Element, book: SeatBook): Seat | undefined {
  return node.id.startsWith("seat-") ? book.find(node.id.slice("seat-".length)) : undefined;
}

/** One seat at a time can be reached by Tab. */
function markActive(id: string | null, before: string | null = null): void {
  if (before) nodeOf(before)?.setAttribute("tabindex", "-1");
  if (id) nodeOf(id)?.setAttribute("tabindex", "0");
}
