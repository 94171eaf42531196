// The window on the drawing: what fingers, mouse and buttons do to it.
import { effect, signal } from "@preact/signals";
import { listenToGestures, type Point } from "./gestures";
import type { Plan } from "./plan";
import type { Seat } from "./seats";
import { bounded, fit, moved, revealed, TARGET_PIXELS, zoomed, type View } from "./view";

export const BASE_PIXELS = 16; // of a seat in the SVG, before it is scaled
const CLOSE = 1.5; // seats that are too small to hit are brought to so many times the least target
const READABLE = 34; // pixels of a seat from which on its number can be read
const MARGIN = 1.5; // seats around the one that has the focus

interface Pointed {
  seatOf: (node: Element) => Seat | undefined;
  press: (seat: Seat) => void;
  hover: (seat: Seat | null) => void;
}

/** Moves the drawing behind its window, without laying anything out. */
export class Camera {
  readonly #plan: Plan;
  readonly #view = signal<View | null>(null);
  #window = { width: 0, height: 0 };
  #drawing: SVGSVGElement | undefined;

  constructor(plan: Plan) {
    this.#plan = plan;
  }

  show(
    area: HTMLElement,
    drawing: SVGSVGElement,
    { seatOf, press, hover }: Pointed,
  ): () => void {
    this.#drawing = drawing;
    const resized = new ResizeObserver(() => {
      const { clientWidth: width, clientHeight: height } = area;
      const wasWhole = this.#isWhole();
      this.#window = { width, height };
      const view = this.#view.peek();
      this.#view.value = wasWhole || !view ? fit(this.#plan, this.#window) : bounded(view, this.#plan, this.#window);
    });
    resized.observe(area);
    const seatAt = (at: Point) => this.#plan.seatAt(this.#spot(at));
    const isSmall = () => (this.#view.peek()?.k ?? 0) < TARGET_PIXELS;
    const stopGestures = listenToGestures(area, {
      pan: (by) => this.#change((view) => moved(view, by, this.#plan, this.#window)),
      zoom: (factor, at) => this.#change((view) => zoomed(view, factor, at, this.#plan, this.#window)),
      press: (at, touch, target) => {
        const seat = seatOf(target) ?? seatAt(at);
        if (touch && isSmall()) this.#approach(at);
        else if (seat) press(seat);
      },
      pressTwice: (at, touch) => {
        if (!touch && !seatAt(at)) this.#glide((view) => zoomed(view, 2, at, this.#plan, this.#window));
        if (touch && !isSmall() && !seatAt(at)) this.whole();
      },
      hover: (at) => hover(at && seatAt(at)),
    });
    const stopDrawing = effect(() => {
      const view = this.#view.value;
      if (!view) return;
      drawing.style.transform = `translate(${view.x}px, ${view.y}px) scale(${view.k / BASE_PIXELS})`;
      drawing.classList.toggle("near", view.k >= READABLE);
      // The page scrolls over a map that is shown whole.
      area.style.touchAction = this.#isWhole() ? "pan-y" : "none";
    });
    return () => {
      resized.disconnect();
      stopGestures();
      stopDrawing();
    };
  }

  step(factor: number): void {
    const middle = { x: this.#window.width / 2, y: this.#window.height / 2 };
    this.#glide((view) => zoomed(view, factor, middle, this.#plan, this.#window));
  }

  whole(): void {
    this.#glide(() => fit(this.#plan, this.#window));
  }

  reveal(spot: Point): void {
    this.#change((view) => revealed(view, spot, MARGIN, this.#plan, this.#window));
  }

  #approach(at: Point): void {
    this.#glide((view) => zoomed(view, (TARGET_PIXELS * CLOSE) / view.k, at, this.#plan, this.#window));
  }

  #spot(at: Point): Point {
    const view = this.#view.peek() ?? { x: 0, y: 0, k: 1 };
    return { x: (at.x - view.x) / view.k, y: (at.y - view.y) / view.k };
  }

  #isWhole(): boolean {
    const view = this.#view.peek();
    return !view || Math.abs(view.k - fit(this.#plan, this.#window).k) < 0.01;
  }

  #glide(to: (view: View) => View): void {
    this.#drawing?.classList.add("gliding");
    this.#change(to, true);
  }

  #change(to: (view: View) => View, gliding = false): boolean {
    const before = this.#view.peek();
    if (!before) return false;
    if (!gliding) this.#drawing?.classList.remove("gliding");
    const after = to(before);
    this.#view.value = after;
    return after.k !== before.k || after.x !== before.x || after.y !== before.y;
  }
}
