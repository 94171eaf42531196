// One WebSocket for all subscriptions. It connects again by itself, for ever.
import { type Client, createClient } from "graphql-ws";
import { effect } from "@preact/signals";
import { clock } from "../hold/clock";
import { locale } from "../i18n";
import { freshTokens } from "./http";
import { account } from "./tokens";

const PING_MS = 10_000;
const PONG_MS = 5_000;
/** Which the next page may want: a map leads to a reservation. */
const UNUSED_MS = 30_000;
/** From one attempt to connect to the next, and as much again at most: all who lost a server do not come at once. */
const FIRST_RETRY_MS = 500;
const LATEST_RETRY_MS = 4_000;

let client: Client | null = null;

export function socket(): Client {
  client ??= open();
  return client;
}

function open(): Client {
  let asked = Date.now();
  let silence: ReturnType<typeof setTimeout> | undefined;
  const opened = createClient({
    url: `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/graphql`,
    retryAttempts: Infinity,
    shouldRetry: () => true,
    retryWait: (retries) => {
      const wait = Math.min(FIRST_RETRY_MS * 2 ** retries, LATEST_RETRY_MS) * (1 + Math.random());
      return new Promise((resolve) => setTimeout(resolve, wait));
    },
    lazyCloseTimeout: UNUSED_MS,
    connectionParams: async () => {
      const bearer = await freshTokens().catch(() => null);
      return { locale: locale.value, ...(bearer && { authorization: `Bearer ${bearer.accessToken}` }) };
    },
    // A network that is gone does not close a socket: no answer to a ping does.
    keepAlive: PING_MS,
    on: {
      connecting: () => void (asked = Date.now()),
      connected: (_, payload) => clock.learn(String(payload?.serverTime), asked),
      ping: (isTheirs) => {
        if (!isTheirs) silence = setTimeout(() => opened.terminate(), PONG_MS);
      },
      pong: (isTheirs) => {
        if (isTheirs) clearTimeout(silence);
      },
      closed: () => clearTimeout(silence),
    },
  });
  // Who asks, and in which language, is said once for each connection.
  let before: string | undefined;
  effect(() => {
    const now = `${locale.value} ${account.value}`;
    if (before !== undefined && before !== now) opened.terminate();
    before = now;
  });
  return opened;
}
