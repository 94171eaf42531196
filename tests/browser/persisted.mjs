// node persisted.mjs URL DOCUMENT: asks twice through Apollo Client's link for automatic persisted queries.
import { createHash } from "node:crypto";
import { ApolloClient, ApolloLink, HttpLink, InMemoryCache, gql } from "@apollo/client";
import { PersistedQueryLink } from "@apollo/client/link/persisted-queries";

const [, , uri, document] = process.argv;
const sha256 = (text) => createHash("sha256").update(text).digest("hex");
let requests = 0;
const counted = (...args) => (requests++, fetch(...args));

const link = ApolloLink.from([new PersistedQueryLink({ sha256 }), new HttpLink({ uri, fetch: counted })]);
const client = new ApolloClient({ link, cache: new InMemoryCache() });
for (const _ of [1, 2]) {
  const { data } = await client.query({ query: gql(document), fetchPolicy: "network-only" });
  console.log(JSON.stringify(["answer", { data, requests }]));
}
