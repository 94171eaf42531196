// What went wrong, in words for people.
import { t } from "../i18n";

/** An answer that is an error, or none: then `code` is "OFFLINE". */
export class ApiError extends Error {
  constructor(
    readonly code: string,
    message: string,
    readonly requestId: string | null = null,
    /** Seconds to wait before the next try. */
    readonly retryAfter: number | null = null,
  ) {
    super(message);
  }
}

/** Whether the same call may help a moment later. It has the same idempotency key then. */
export function isPassing(error: unknown): boolean {
  return error instanceof ApiError && ["OFFLINE", "UNAVAILABLE", "RATE_LIMITED", "INTERNAL"].includes(error.code);
}

export function explain(error: unknown): string {
  if (!(error instanceof ApiError)) return t("error_unexpected");
  if (error.code === "OFFLINE") return t("error_offline");
  const said = error.message || t("error_unexpected");
  return error.requestId && error.code === "INTERNAL" ? `${said} ${t("error_request", { id: error.requestId })}` : said;
}
