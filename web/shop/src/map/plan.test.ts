import { expect, it } from "vitest";
import { planOf } from "./plan";
import { bookOf, wholeSeat } from "./test-room";

it("writes each number below its seat, with one text for each row", () => {
  const { seats } = bookOf([wholeSeat("A", 9), wholeSeat("A", 10), wholeSeat("B", 9)]);
  const plan = planOf(seats);
  const [front, back] = plan.numbers;
  expect(plan.numbers).toHaveLength(2);
  expect([front?.text, back?.text]).toEqual(["910", "9"]);
  const [nine, one, zero] = front?.x.split(" ").map(Number) as [number, number, number];
  const [first, second] = seats.map((seat) => plan.spotOf(seat).x) as [number, number];
  expect(nine).toBeCloseTo(first);
  expect((one + zero) / 2).toBeCloseTo(second);
  expect(one).toBeLessThan(zero);
});

it("writes a number nearer to its seat than to the next row", () => {
  const { seats } = bookOf([wholeSeat("A", 1), wholeSeat("B", 1)]);
  const plan = planOf(seats);
  const [front, back] = seats.map((seat) => plan.spotOf(seat).y) as [number, number];
  const number = Number(plan.numbers[0]?.y);
  expect(number).toBeGreaterThan(front + 0.5);
  expect(number - front).toBeLessThan(back - number);
});
