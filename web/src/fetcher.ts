// How the explorer speaks to the API: with the token, with what is known in place of variables that were left out.

import { createGraphiQLFetcher, type Fetcher, type FetcherParams, isAsyncIterable } from "@graphiql/toolkit";
import { type DocumentNode, getOperationAST, type OperationDefinitionNode, parse } from "graphql";
import { createClient } from "graphql-ws";

import { learnedFrom } from "./examples";
import { onChange, remember, whatIsKnown } from "./known";

const TEN_MINUTES = 600_000; // a session that is about to begin would close in the middle of the tour

const socket = createClient({
  url: `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/graphql`,
  connectionParams: authorization,
  retryAttempts: Infinity,
  // With a token that is over it would be closed again and again.
  shouldRetry: (event) => !(event instanceof CloseEvent && event.code === 4403),
});

// A socket is for whom it was opened for. Cut, it comes back with the new token, and its subscriptions too.
let tokenOfSocket = whatIsKnown().token;
onChange(() => {
  if (whatIsKnown().token === tokenOfSocket) return;
  tokenOfSocket = whatIsKnown().token;
  socket.terminate();
});

const send = createGraphiQLFetcher({ url: "/graphql", wsClient: socket, enableIncrementalDelivery: false });

export const fetcher: Fetcher = async (params, options) => {
  // The schema is everybody's: it is read even if the token is over.
  if (params.operationName === "IntrospectionQuery") return send(params, options);
  const headers = { ...authorization(), ...options?.headers };
  const documentAST = parsed(params.query);
  if (documentAST === undefined) return send(params, { ...options, headers }); // the server says what is wrong with it
  const operation = operationOf(documentAST, params.operationName);
  const operationName = operation?.name?.value ?? params.operationName ?? null;
  const variables = { ...filledIn(operation), ...givenVariables(params) };
  const answer = await send({ ...params, operationName, variables }, { ...options, documentAST, headers });
  if (isAsyncIterable(answer)) return learning(operationName, answer);
  learn(operationName, answer);
  return answer;
};

function parsed(query: string): DocumentNode | undefined {
  try {
    return parse(query);
  } catch {
    return undefined;
  }
}

/** Who runs a tab at once after coming to it may still bring the name of the operation in the former. */
function operationOf(document: DocumentNode, name?: string | null): OperationDefinitionNode | undefined {
  return getOperationAST(document) ?? getOperationAST(document, name) ?? undefined;
}

function authorization(): Record<string, string> {
  const { token } = whatIsKnown();
  return token === undefined ? {} : { authorization: `Bearer ${token}` };
}

function givenVariables(params: FetcherParams): Record<string, unknown> {
  return (params.variables ?? {}) as Record<string, unknown>;
}

function filledIn(operation: OperationDefinitionNode | undefined): Record<string, string> {
  const { token: _, ...ids } = whatIsKnown();
  const fillings: Record<string, string> = { ...ids, soon: new Date(Date.now() + TEN_MINUTES).toISOString() };
  const declared = operation?.variableDefinitions?.map((each) => each.variable.name.value) ?? [];
  return Object.fromEntries(
    declared.flatMap((name) => {
      const value = fillings[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

function learn(operation: string | null, answer: unknown): void {
  const data = (answer as { data?: unknown } | null)?.data;
  if (data) remember(learnedFrom(operation, data));
}

/** No generator: stopping one waits for the next answer, which may never come. */
function learning<T>(operation: string | null, answers: AsyncIterable<T>): AsyncIterableIterator<T> {
  const iterator = answers[Symbol.asyncIterator]();
  return {
    [Symbol.asyncIterator]() {
      return this;
    },
    async next() {
      const step = await iterator.next();
      if (!step.done) learn(operation, step.value);
      return step;
    },
    async return() {
      await iterator.return?.();
      return { done: true, value: undefined };
    },
  };
}
