import { describe, expect, it } from "vitest";
import { ServerClock } from "./clock";

const at = (milliseconds: number) => new Date(milliseconds).toISOString();

describe("the server's clock", () => {
  it("corrects a device that is an hour late", () => {
    const clock = new ServerClock(() => 1_000);
    clock.learn(at(3_601_000), 1_000, 1_000);
    expect(clock.now()).toBe(3_601_000);
  });

  it("assumes that the answer took all the way back: it may be late, never early", () => {
    let device = 10_000;
    const clock = new ServerClock(() => device);
    device = 10_400;
    clock.learn(at(10_000), 10_000); // written somewhere in these 400 ms
    expect(clock.now()).toBe(10_400);
  });

  it("comes closer with a faster answer, and is not misled by a slower one", () => {
    let device = 0;
    const clock = new ServerClock(() => device);
    clock.learn(at(50_100), 0, 1_000);
    clock.learn(at(51_000), 1_000, 1_050);
    const close = clock.now();
    clock.learn(at(53_000), 2_000, 9_000);
    expect(close).toBe(50_000);
    expect(clock.now()).toBe(close);
    device = 5;
    expect(clock.now()).toBe(close + 5);
  });

  it("believes the newest answer when the device's clock was set", () => {
    let device = 0;
    const clock = new ServerClock(() => device);
    clock.learn(at(0), 0, 10);
    device = 7_200_000;
    clock.learn(at(20), 7_200_000, 7_200_010);
    expect(clock.now()).toBe(20);
  });

  it("is the device's until there is an answer, and ignores what is no time", () => {
    const clock = new ServerClock(() => 42);
    clock.learn("soon", 0, 0);
    expect(clock.now()).toBe(42);
  });
});
