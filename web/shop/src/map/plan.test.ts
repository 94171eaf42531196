import { expect, it } from "vitest";
import { planOf } from "./plan";
import { bookOf, wholeSeat } from "./test-room";

it("writes each number below its seat, with one text for each row", () => {
  const { seats } = bookOf([wholeSeat("A", 9), wholeSeat("A", 10), wholeSeat("B", 9, { y: 3 })]);
  const plan = planOf(seats);
  const [front, back] = plan.numbers;
  expect(plan.numbers).toHaveLength(2);
  expect([front?.text, back?.text]).toEqual(["910", "9"]);
  const [nine, one, zero] = front?.x.split(" ").map(Number) as [number, number, number];
  const [first, second] = seats.map((seat) => plan.spotOf(seat).x) as [number, number];
  expect(nine).toBeCloseTo(first);
  expect((one + zero) / 2).toBeCloseTo(second);
  expect(one).toBeLessThan(zero);
  const [, , third] = seats;
  expect(Number(back?.y)).toBeGreaterThan(plan.spotOf(third as (typeof seats)[0]).y + 0.4);
});
