import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { insist } from "./insist";

const { account } = vi.hoisted(() => ({ account: { value: "ana" } }));
vi.mock("../api/tokens", () => ({ account }));
vi.mock("../api/errors", () => {
  class ApiError extends Error {
    constructor(
      readonly code: string,
      readonly retryAfter: number | null = null,
    ) {
      super(code);
    }
  }
  return { ApiError, isPassing: (error: unknown) => error instanceof ApiError && error.code !== "BAD_USER_INPUT" };
});

type Fault = new (code: string, retryAfter?: number) => Error;

describe("a call whose outcome has to be known", () => {
  let ApiError: Fault;
  beforeEach(async () => {
    vi.useFakeTimers();
    ApiError = (await import("../api/errors")).ApiError as unknown as Fault;
  });
  afterEach(() => void vi.useRealTimers());

  it("is sent again until there is an answer", async () => {
    const call = vi.fn().mockRejectedValueOnce(new ApiError("OFFLINE")).mockRejectedValueOnce(new ApiError("UNAVAILABLE")).mockResolvedValue(7);
    const answer = insist(call, 20_000);
    await vi.runAllTimersAsync();
    expect(await answer).toBe(7);
    expect(call).toHaveBeenCalledTimes(3);
  });

  it("is never sent for another account", async () => {
    const call = vi.fn().mockRejectedValue(new ApiError("OFFLINE"));
    const gaveUp = expect(insist(call, 20_000)).rejects.toThrow("OFFLINE");
    account.value = "bia";
    await vi.runAllTimersAsync();
    await gaveUp;
    expect(call).toHaveBeenCalledTimes(1);
  });

  it("waits as long as the server says", async () => {
    const call = vi.fn().mockRejectedValueOnce(new ApiError("RATE_LIMITED", 5)).mockResolvedValue(7);
    const answer = insist(call, 20_000);
    await vi.advanceTimersByTimeAsync(4_999);
    expect(call).toHaveBeenCalledTimes(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(await answer).toBe(7);
  });

  it("gives up when patience is over, and at once when another try cannot help", async () => {
    const offline = vi.fn().mockRejectedValue(new ApiError("OFFLINE"));
    const gaveUp = expect(insist(offline, 3_000)).rejects.toThrow("OFFLINE");
    await vi.runAllTimersAsync();
    await gaveUp;
    expect(offline.mock.calls.length).toBeGreaterThan(1);
    const wrong = vi.fn().mockRejectedValue(new ApiError("BAD_USER_INPUT"));
    await expect(insist(wrong, 3_000)).rejects.toThrow("BAD_USER_INPUT");
    expect(wrong).toHaveBeenCalledTimes(1);
  });
});
