// node persisted.mjs CLIENT URL DOCUMENT SUBSCRIPTION: a client that sends hashes of documents asks twice, over HTTP and
// then on a socket. Prints the answers, and whether each request or operation so far had a document.
import { createHash } from "node:crypto";
import { ApolloClient, ApolloLink, HttpLink, InMemoryCache, gql } from "@apollo/client";
import { PersistedQueryLink } from "@apollo/client/link/persisted-queries";
import { GraphQLWsLink } from "@apollo/client/link/subscriptions";
import { Client, fetchExchange, subscriptionExchange } from "@urql/core";
import { persistedExchange } from "@urql/exchange-persisted";
import { createClient } from "graphql-ws";
import WebSocket from "ws";

const [, , name, url, query, subscription] = process.argv;
const say = (event, value) => console.log(JSON.stringify([event, value]));
const sha256 = (text) => createHash("sha256").update(text).digest("hex");
const requested = [];
const documentIn = (url, { body }) => (body ? JSON.parse(body).query : new URL(url).searchParams.get("query"));
const counted = (...args) => (requested.push(Boolean(documentIn(...args))), fetch(...args));
const subscribed = [];
class CountedSocket extends WebSocket {
  send(text, ...rest) {
    const frame = JSON.parse(text);
    if (frame.type === "subscribe") subscribed.push(Boolean(frame.payload.query));
    super.send(text, ...rest);
  }
}
const sockets = createClient({ url: url.replace("http", "ws"), webSocketImpl: CountedSocket });

const clients = {
  apollo() {
    const hashes = () => new PersistedQueryLink({ sha256 });
    const http = ApolloLink.from([hashes(), new HttpLink({ uri: url, fetch: counted })]);
    const socket = ApolloLink.from([hashes(), new GraphQLWsLink(sockets)]);
    const link = ApolloLink.split(({ operationType }) => operationType === "subscription", socket, http);
    const client = new ApolloClient({ link, cache: new InMemoryCache() });
    return {
      ask: () => client.query({ query: gql(query), fetchPolicy: "network-only" }),
      watch: () =>
        new Promise((done, fail) => {
          let last;
          const next = (result) => (last = result);
          client.subscribe({ query: gql(subscription) }).subscribe({ next, error: fail, complete: () => done(last) });
        }),
    };
  },
  urql() {
    const client = new Client({
      url,
      fetch: counted,
      preferGetMethod: false,
      exchanges: [
        persistedExchange({ enableForSubscriptions: true }),
        fetchExchange,
        subscriptionExchange({
          forwardSubscription: (request) => ({
            subscribe: (sink) => ({ unsubscribe: sockets.subscribe({ ...request, query: request.query ?? "" }, sink) }),
          }),
        }),
      ],
    });
    return {
      ask: () => client.query(query, {}, { requestPolicy: "network-only" }).toPromise(),
      watch: () =>
        new Promise((done) => client.subscription(subscription, {}).subscribe((result) => result.hasNext || done(result))),
    };
  },
};

const http = clients[name]();
for (const _ of [1, 2]) {
  const { data } = await http.ask();
  say("answer", { data, requested });
}
const socket = clients[name]();
for (const _ of [1, 2]) {
  const { data } = await socket.watch();
  say("update", { data, subscribed });
}
