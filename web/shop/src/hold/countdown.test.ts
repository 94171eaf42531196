import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { clockFace, secondsLeft, spokenAt, startCountdown, untilNextSecond } from "./countdown";

describe("the countdown", () => {
  it("shows 0 only when it is over", () => {
    expect([30_000, 29_999, 29_000, 1, 0, -5_000].map((left) => secondsLeft(left, 0))).toEqual([30, 30, 29, 1, 0, 0]);
  });

  it("waits until the number changes", () => {
    expect([30_000, 29_500, 1, 0].map((left) => untilNextSecond(left, 0))).toEqual([1_000, 500, 1, 0]);
  });

  it("says 20, 10 and 0 seconds, once each", () => {
    const said = Array.from({ length: 31 }, (_, passed) => spokenAt(31 - passed, 30 - passed));
    expect(said.filter((limit) => limit !== null)).toEqual([20, 10, 0]);
  });

  it("says the last limit after a sleep, and nothing when time is added", () => {
    expect(spokenAt(28, 4)).toBe(10);
    expect(spokenAt(28, 0)).toBe(0);
    expect(spokenAt(4, 34)).toBeNull();
  });

  it("looks like a clock", () => {
    expect([305, 65, 30, 9, 0].map(clockFace)).toEqual(["5:05", "1:05", "0:30", "0:09", "0:00"]);
  });
});

describe("a running countdown", () => {
  beforeEach(() => void vi.useFakeTimers({ now: 0 }));
  afterEach(() => void vi.useRealTimers());

  it("counts, warns, and ends", () => {
    const countdown = startCountdown(22_000, Date.now);
    vi.advanceTimersByTime(2_000);
    expect([countdown.seconds.value, countdown.spoken.value]).toEqual([20, 20]);
    vi.advanceTimersByTime(60_000);
    expect([countdown.seconds.value, countdown.spoken.value]).toEqual([0, 0]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("warns again after an extension", () => {
    const countdown = startCountdown(22_000, Date.now);
    vi.advanceTimersByTime(5_000);
    countdown.set(52_000);
    expect([countdown.seconds.value, countdown.spoken.value]).toEqual([47, null]);
    vi.advanceTimersByTime(27_000);
    expect(countdown.spoken.value).toBe(20);
    countdown.stop();
  });

  it("goes on after its end, if the end was moved just before", () => {
    const countdown = startCountdown(1_000, Date.now);
    vi.advanceTimersByTime(1_000);
    countdown.set(31_000);
    vi.advanceTimersByTime(1_000);
    expect(countdown.seconds.value).toBe(29);
    countdown.stop();
  });
});
