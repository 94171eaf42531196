// Calls whose outcome has to be known: sent again, with the same idempotency key, until there is an answer.
import { ApiError, isPassing } from "../api/errors";
import { account } from "../api/tokens";

const LEAST_MILLISECONDS = 400;
const MOST_MILLISECONDS = 4_000;
const PATIENCE_MILLISECONDS = 20_000;

/** Throws the last error when `patience` is over, when another try cannot help, or when another account signs in. */
export async function insist<R>(call: () => Promise<R>, patienceMilliseconds = PATIENCE_MILLISECONDS, now: () => number = Date.now): Promise<R> {
  const end = now() + patienceMilliseconds;
  const whose = account.value;
  for (let wait = LEAST_MILLISECONDS; ; wait = Math.min(wait * 2, MOST_MILLISECONDS)) {
    try {
      return await call();
    } catch (error) {
      const asked = error instanceof ApiError ? (error.retryAfter ?? 0) * 1_000 : 0;
      const pause = Math.max(wait, asked);
      if (!isPassing(error) || now() + pause > end) throw error;
      await new Promise((resolve) => setTimeout(resolve, pause));
      if (account.value !== whose) throw error;
    }
  }
}
