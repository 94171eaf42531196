// How much of a hold is left, and when to say so.
import { signal, type ReadonlySignal } from "@preact/signals";

export const WARN_SECONDS = 20;
const SPOKEN = [WARN_SECONDS, 10, 0] as const;
export type Spoken = (typeof SPOKEN)[number];

/** Whole seconds, rounded up: it shows 0 only when it is over. */
export function secondsLeft(expiresAt: number, now: number): number {
  return Math.max(0, Math.ceil((expiresAt - now) / 1_000));
}

/** Milliseconds until `secondsLeft` is another number. */
export function untilNextSecond(expiresAt: number, now: number): number {
  const left = expiresAt - now;
  return left <= 0 ? 0 : left - (Math.ceil(left / 1_000) - 1) * 1_000;
}

/**
 * What to say to a screen reader when `before` seconds became `after`: the last limit that was passed, as after a sleep,
 * or nothing. More time is not said here.
 */
export function spokenAt(before: number, after: number): Spoken | null {
  return SPOKEN.findLast((limit) => before > limit && after <= limit) ?? null;
}

/** `1:05`, or `0:09`. */
export function clockFace(seconds: number): string {
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

export interface Countdown {
  readonly seconds: ReadonlySignal<number>;
  /** The last thing that was to be said. */
  readonly spoken: ReadonlySignal<Spoken | null>;
  /** A new end, such as after an extension. */
  set(expiresAt: number): void;
  stop(): void;
}

export function startCountdown(expiresAt: number, now: () => number): Countdown {
  const seconds = signal(secondsLeft(expiresAt, now()));
  const spoken = signal<Spoken | null>(null);
  let end = expiresAt;
  let timer: ReturnType<typeof setTimeout> | undefined;
  function tick(): void {
    clearTimeout(timer);
    const left = secondsLeft(end, now());
    if (left > seconds.value) spoken.value = null;
    const say = spokenAt(seconds.value, left);
    seconds.value = left;
    if (say !== null) spoken.value = say;
    if (left > 0) timer = setTimeout(tick, untilNextSecond(end, now()));
  }
  tick();
  return {
    seconds,
    spoken,
    set(later) {
      end = later;
      tick();
    },
    stop: () => clearTimeout(timer),
  };
}
