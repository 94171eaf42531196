import { describe, expect, it } from "vitest";
import { bounded, fit, moved, revealed, zoomed } from "./view";

const PLAN = { width: 40, height: 20 };
const PHONE = { width: 360, height: 300 };

describe("pan and zoom", () => {
  it("shows the whole plan first, in the middle", () => {
    expect(fit(PLAN, PHONE)).toEqual({ x: 0, y: 60, k: 9 });
  });

  it("keeps what is under the fingers where it is", () => {
    const before = fit(PLAN, PHONE);
    const after = zoomed(before, 3, { x: 90, y: 150 }, PLAN, PHONE);
    expect(after.k).toBe(27);
    expect((90 - after.x) / after.k).toBeCloseTo((90 - before.x) / before.k);
    expect((150 - after.y) / after.k).toBeCloseTo((150 - before.y) / before.k);
  });

  it("is never smaller than the whole, nor larger than 64 pixels a seat", () => {
    const whole = fit(PLAN, PHONE);
    expect(zoomed(whole, 0.1, { x: 0, y: 0 }, PLAN, PHONE)).toEqual(whole);
    expect(zoomed(whole, 100, { x: 0, y: 0 }, PLAN, PHONE).k).toBe(64);
  });

  it("cannot be dragged out of the window", () => {
    const near = zoomed(fit(PLAN, PHONE), 3, { x: 0, y: 150 }, PLAN, PHONE);
    expect(moved(near, { x: 500, y: 0 }, PLAN, PHONE).x).toBe(0);
    expect(moved(near, { x: -5_000, y: 0 }, PLAN, PHONE).x).toBe(360 - 40 * 27);
  });

  it("moves only if a spot is outside", () => {
    const near = bounded({ x: 0, y: 0, k: 27 }, PLAN, PHONE);
    expect(revealed(near, { x: 5, y: 5 }, 1, PLAN, PHONE)).toEqual(near);
    const right = revealed(near, { x: 30, y: 5 }, 1, PLAN, PHONE);
    expect(right.x + 31 * 27).toBeCloseTo(360);
    expect(right.y).toBe(near.y);
  });
});
