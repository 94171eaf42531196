// Sends the explorer's requests: adds the token, and fills in omitted variables with values of earlier results.

import { createGraphiQLFetcher, type Fetcher, type FetcherParams, isAsyncIterable } from "@graphiql/toolkit";
import { type DocumentNode, getOperationAST, type OperationDefinitionNode, parse } from "graphql";
import { createClient } from "graphql-ws";

import { valuesFrom } from "./examples";
import { currentValues, onChange, setValues } from "./values";

const TEN_MINUTES = 600_000; // a session that starts sooner could close during the tour

const socket = createClient({
  url: `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/graphql`,
  connectionParams: authorization,
  retryAttempts: Infinity,
  // 4403: the server would refuse an expired token again and again.
  shouldRetry: (event) => !(event instanceof CloseEvent && event.code === 4403),
});

// A socket keeps the token that it was opened with. Terminated, it reconnects with the new token and resubscribes.
let tokenOfSocket = currentValues().token;
onChange(() => {
  if (currentValues().token === tokenOfSocket) return;
  tokenOfSocket = currentValues().token;
  socket.terminate();
});

const send = createGraphiQLFetcher({ url: "/graphql", wsClient: socket, enableIncrementalDelivery: false });

export const fetcher: Fetcher = async (params, options) => {
  // The schema is public: read it without the token, which may have expired.
  if (params.operationName === "IntrospectionQuery") return send(params, options);
  const headers = { ...authorization(), ...options?.headers };
  const documentAST = parsed(params.query);
  if (documentAST === undefined) return send(params, { ...options, headers }); // the server reports the syntax error
  const operation = operationOf(documentAST, params.operationName);
  // Not the name that GraphiQL sends, which may be of another tab.
  const operationName = operation?.name?.value ?? null;
  const variables = { ...filledIn(operation), ...givenVariables(params) };
  const result = await send({ ...params, operationName, variables }, { ...options, documentAST, headers });
  if (isAsyncIterable(result)) return collecting(operationName, result);
  collect(operationName, result);
  return result;
};

function parsed(query: string): DocumentNode | undefined {
  try {
    return parse(query);
  } catch {
    return undefined;
  }
}

/** GraphiQL may send the operation name of the previous tab just after a change of tabs. */
function operationOf(document: DocumentNode, name?: string | null): OperationDefinitionNode | undefined {
  return getOperationAST(document) ?? getOperationAST(document, name) ?? undefined;
}

function authorization(): Record<string, string> {
  const { token } = currentValues();
  return token === undefined ? {} : { authorization: `Bearer ${token}` };
}

function givenVariables(params: FetcherParams): Record<string, unknown> {
  return (params.variables ?? {}) as Record<string, unknown>;
}

function filledIn(operation: OperationDefinitionNode | undefined): Record<string, string> {
  const { token: _, ...ids } = currentValues();
  const defaults: Record<string, string> = { ...ids, soon: new Date(Date.now() + TEN_MINUTES).toISOString() };
  const declared = operation?.variableDefinitions?.map((each) => each.variable.name.value) ?? [];
  return Object.fromEntries(
    declared.flatMap((name) => {
      const value = defaults[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

function collect(operation: string | null, result: unknown): void {
  const data = (result as { data?: unknown } | null)?.data;
  if (data) setValues(valuesFrom(operation, data));
}

/** Not a generator: return() of a generator waits for the next result, which may never come. */
function collecting<T>(operation: string | null, results: AsyncIterable<T>): AsyncIterableIterator<T> {
  const iterator = results[Symbol.asyncIterator]();
  return {
    [Symbol.asyncIterator]() {
      return this;
    },
    async next() {
      const step = await iterator.next();
      if (!step.done) collect(operation, step.value);
      return step;
    },
    async return() {
      await iterator.return?.();
      return { done: true, value: undefined };
    },
  };
}
