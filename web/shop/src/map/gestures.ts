// Fingers, mouse and wheel on the map. Whatever they mean is for `Controls`.

export interface Point {
  x: number;
  y: number;
}

export interface Controls {
  pan(by: Point): void;
  /** False if that changes nothing. */
  zoom(factor: number, at: Point): boolean;
  /** `target` is what assistive technology pressed, without a place. */
  press(at: Point, touch: boolean, target: Element): void;
  pressTwice(at: Point, touch: boolean): void;
  hover(at: Point | null): void;
}

const DRAG_PIXELS = 6;
const WHEEL_SPEED = 0.0015;
const PINCH_SPEED = 0.01; // a trackpad sends pinches as small turns of the wheel with Ctrl

export function listenToGestures(area: HTMLElement, controls: Controls): () => void {
  const over = new AbortController();
  const fingers = new Map<number, Point>();
  let start: Point = { x: 0, y: 0 };
  let dragged = false;

  const place = (event: MouseEvent): Point => {
    const { left, top } = area.getBoundingClientRect();
    return { x: event.clientX - left, y: event.clientY - top };
  };
  const on = <K extends keyof HTMLElementEventMap>(
    type: K,
    listener: (event: HTMLElementEventMap[K]) => void,
    passive = true,
  ) => area.addEventListener(type, listener, { signal: over.signal, passive });

  on("pointerdown", (event) => {
    if (event.pointerType === "mouse" && event.button) return;
    fingers.set(event.pointerId, place(event));
    if (fingers.size === 1) {
      start = place(event);
      dragged = false;
    }
  });

  on("pointermove", (event) => {
    const before = fingers.get(event.pointerId);
    const now = place(event);
    if (!before) {
      if (event.pointerType === "mouse") controls.hover(now);
      return;
    }
    fingers.set(event.pointerId, now);
    if (!dragged && fingers.size === 1 && Math.hypot(now.x - start.x, now.y - start.y) < DRAG_PIXELS) return;
    if (!dragged) area.setPointerCapture(event.pointerId);
    dragged = true;
    controls.hover(null);
    const other = [...fingers].find(([id]) => id !== event.pointerId)?.[1];
    if (!other) {
      controls.pan({ x: now.x - before.x, y: now.y - before.y });
      return;
    }
    const apart = (one: Point) => Math.max(1, Math.hypot(one.x - other.x, one.y - other.y));
    controls.pan({ x: (now.x - before.x) / 2, y: (now.y - before.y) / 2 });
    controls.zoom(apart(now) / apart(before), { x: (now.x + other.x) / 2, y: (now.y + other.y) / 2 });
  });

  const lift = (event: PointerEvent) => void fingers.delete(event.pointerId);
  on("pointerup", lift);
  on("pointercancel", lift);
  on("pointerleave", () => controls.hover(null));
  on("click", (event) => {
    if (dragged) dragged = false;
    else controls.press(place(event), isTouch(event), event.target as Element);
  });
  on("dblclick", (event) => controls.pressTwice(place(event), isTouch(event)));
  on(
    "wheel",
    (event) => {
      const speed = event.ctrlKey ? PINCH_SPEED : WHEEL_SPEED * (event.deltaMode ? 20 : 1);
      // A map that cannot get smaller lets the page scroll.
      if (controls.zoom(Math.exp(-event.deltaY * speed), place(event)) || event.ctrlKey) event.preventDefault();
    },
    false,
  );
  return () => over.abort();
}

function isTouch(event: MouseEvent): boolean {
  return event instanceof PointerEvent && event.pointerType !== "mouse" && event.pointerType !== "";
}
