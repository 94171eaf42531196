// Why a subscription has ended.

interface Fault {
  message: string;
  extensions?: { code?: string; retryAfter?: number };
}

/** The errors of an `error` message. Null if the socket is the reason. */
export function faultOf(reason: unknown): Fault | null {
  return Array.isArray(reason) ? ((reason[0] as Fault | undefined) ?? null) : null;
}
