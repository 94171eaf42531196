// Pan and zoom. A view says where the plan is drawn: a point of the plan is at `x + k * point` of the window.

export interface View {
  x: number;
  y: number;
  k: number;
}

export interface Size {
  width: number;
  height: number;
}

const MOST_PIXELS_PER_SEAT = 64;
/** Smallest target that fingers are asked to hit: WCAG 2.5.8. */
export const TARGET_PIXELS = 24;

/** The whole plan, in the middle of the window. */
export function fit(plan: Size, window: Size): View {
  const k = Math.min(window.width / plan.width, window.height / plan.height, MOST_PIXELS_PER_SEAT);
  return centred({ x: 0, y: 0, k }, plan, window);
}

/** Keeps the plan in the window: no edge of it comes further in than it has to. */
export function bounded(view: View, plan: Size, window: Size): View {
  const least = fit(plan, window).k;
  const k = Math.min(Math.max(view.k, least), Math.max(MOST_PIXELS_PER_SEAT, least));
  const along = (at: number, length: number, room: number) =>
    length * k <= room ? (room - length * k) / 2 : Math.min(0, Math.max(at, room - length * k));
  return { x: along(view.x, plan.width, window.width), y: along(view.y, plan.height, window.height), k };
}

/** Zooms so that what is at `point` of the window stays there. */
export function zoomed(view: View, factor: number, point: { x: number; y: number }, plan: Size, window: Size): View {
  const k = bounded({ ...view, k: view.k * factor }, plan, window).k;
  const grown = k / view.k;
  const x = point.x - (point.x - view.x) * grown;
  const y = point.y - (point.y - view.y) * grown;
  return bounded({ x, y, k }, plan, window);
}

export function moved(view: View, by: { x: number; y: number }, plan: Size, window: Size): View {
  return bounded({ x: view.x + by.x, y: view.y + by.y, k: view.k }, plan, window);
}

/** Moves as little as it takes to show a spot of the plan, with `margin` around it. */
export function revealed(view: View, spot: { x: number; y: number }, margin: number, plan: Size, window: Size): View {
  const along = (at: number, from: number, room: number) => {
    const low = from + (at - margin) * view.k;
    const high = from + (at + margin) * view.k;
    if (low < 0) return from - low;
    return high > room ? from - (high - room) : from;
  };
  const x = along(spot.x, view.x, window.width);
  const y = along(spot.y, view.y, window.height);
  return bounded({ x, y, k: view.k }, plan, window);
}

function centred(view: View, plan: Size, window: Size): View {
  return {
    x: (window.width - plan.width * view.k) / 2,
    y: (window.height - plan.height * view.k) / 2,
    k: view.k,
  };
}
