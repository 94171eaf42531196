// A subscription that begins again whenever it has ended.
import type { Client, SubscribePayload } from "graphql-ws";

interface Fault {
  extensions?: { code?: string; retryAfter?: number };
}

interface Listener<D> {
  next(data: D): void;
  /** Nothing is heard until the next data. If what was followed is gone, that is for good. */
  ended(isGone: boolean): void;
}

const AGAIN_MILLISECONDS = 2_000;

/** The payload is read again with each connection. Answers with what stops it. */
export function subscribe<D>(wire: Pick<Client, "subscribe">, payload: SubscribePayload, { next, ended }: Listener<D>): () => void {
  let over = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let end = () => {};
  const begin = () => {
    end = wire.subscribe<D>(payload, {
      next: ({ data }) => void (over || !data || next(data)),
      error: again,
      complete: () => again(null),
    });
  };
  // A list has the errors of an `error` message. Otherwise the socket is the reason.
  const again = (reason: unknown) => {
    if (over) return; // who stops it hears of the end, too
    const { code, retryAfter = 0 } = (Array.isArray(reason) && (reason[0] as Fault | undefined)?.extensions) || {};
    const isGone = code === "NOT_FOUND";
    ended(isGone);
    if (!isGone) timer = setTimeout(begin, retryAfter * 1_000 || AGAIN_MILLISECONDS);
  };
  begin();
  return () => {
    over = true;
    clearTimeout(timer);
    end();
  };
}
