// node live_map.mjs CLIENT URL DOCUMENT VARIABLES: a live map in graphql-ws, in Apollo Client or in urql. Prints each
// update, each close code, and why it is over.
import { ApolloClient, InMemoryCache, gql } from "@apollo/client";
import { GraphQLWsLink } from "@apollo/client/link/subscriptions";
import { Client, fetchExchange, subscriptionExchange } from "@urql/core";
import { createClient } from "graphql-ws";
import WebSocket from "ws";

const [, , name, url, query, text] = process.argv;
const variables = JSON.parse(text);
const say = (event, value) => console.log(JSON.stringify([event, value]));
const sockets = createClient({
  url,
  webSocketImpl: WebSocket,
  retryAttempts: Infinity,
  shouldRetry: () => true,
  retryWait: async () => {}, // the test has no time
  on: { closed: (event) => say("closed", event.code), connected: (_, payload) => say("acknowledged", payload) },
});
const over = (reason) => say("over", String(reason));
const next = ({ data, error }) => (data ? say("update", data) : over(error));

const watch = {
  "graphql-ws"() {
    sockets.subscribe({ query, variables }, { next, error: over, complete: () => over("complete") });
  },
  apollo() {
    const client = new ApolloClient({ link: new GraphQLWsLink(sockets), cache: new InMemoryCache() });
    client.subscribe({ query: gql(query), variables }).subscribe({ next, error: over, complete: () => over("complete") });
  },
  urql() {
    const client = new Client({
      url,
      preferGetMethod: false,
      exchanges: [
        fetchExchange,
        subscriptionExchange({
          forwardSubscription: (request) => ({
            subscribe: (sink) => ({ unsubscribe: sockets.subscribe({ ...request, query: request.query ?? "" }, sink) }),
          }),
        }),
      ],
    });
    client.subscription(query, variables).subscribe(next);
  },
};
watch[name]();
