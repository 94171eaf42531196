// node refusals.mjs CLIENT ADDRESS DOCUMENT VARIABLES: sends a mutation through a cache that knows the possible types,
// set up as docs/api.md shows. Prints what the page gets.
import { ApolloClient, ApolloLink, HttpLink, InMemoryCache, gql } from "@apollo/client";
import { Client, fetchExchange } from "@urql/core";
import { cacheExchange } from "@urql/exchange-graphcache";

const [, , name, address, document, text] = process.argv;
const url = `${address}/graphql`;
const variables = JSON.parse(text);
const fetched = await fetch(`${address}/possible-types.json`);
const possibleTypes = name.startsWith("ignorant") ? undefined : await fetched.json();

async function apollo() {
  if (possibleTypes) possibleTypes.Problem.push(".*");
  const cache = new InMemoryCache({ possibleTypes });
  const client = new ApolloClient({ link: ApolloLink.from([new HttpLink({ uri: url })]), cache });
  let seen;
  await client.mutate({ mutation: gql(document), variables, update: (_, { data }) => (seen = data) });
  return seen;
}

async function urql() {
  const client = new Client({ url, preferGetMethod: false, exchanges: [cacheExchange({ possibleTypes }), fetchExchange] });
  return (await client.mutation(document, variables)).data;
}

console.log(JSON.stringify(["answer", await { apollo, urql }[name.split(" ").at(-1)]()]));
