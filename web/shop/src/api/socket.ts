// One WebSocket for all subscriptions. It connects again by itself, for ever.
import { type Client, createClient } from "graphql-ws";
import { effect } from "@preact/signals";
import { locale } from "../i18n";
import { freshTokens } from "./http";
import { tokens } from "./tokens";

let client: Client | null = null;

export function socket(): Client {
  client ??= open();
  return client;
}

function open(): Client {
  const opened = createClient({
    url: `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/graphql`,
    retryAttempts: Infinity,
    shouldRetry: () => true,
    connectionParams: async () => {
      const bearer = await freshTokens().catch(() => null);
      return { locale: locale.value, ...(bearer && { authorization: `Bearer ${bearer.accessToken}` }) };
    },
  });
  // Who asks, and in which language, is said once for each connection.
  let before: string | undefined;
  effect(() => {
    const now = `${locale.value} ${tokens.value ? "somebody" : "nobody"}`;
    if (before !== undefined && before !== now) opened.terminate();
    before = now;
  });
  return opened;
}
