// Queries and mutations by POST: their hashes first, and their texts to an API that does not know them yet.
import { locale } from "../i18n";
import { ApiError } from "./errors";
import { RefreshTokensDocument, type TypedDocumentString } from "./generated/graphql";
import { account, type Tokens, renew, tokens } from "./tokens";

interface Answer<R> {
  data?: R | null;
  errors?: { message: string; extensions?: { code?: string; requestId?: string; retryAfter?: number } }[];
}
interface Options {
  signal?: AbortSignal;
}

const PATIENCE_MS = 20_000;
/** How far this device's clock is behind the server's: it decides when tokens are old. */
let behindMs = 0;

async function send<R>(body: object, bearer: Tokens | null, { signal }: Options): Promise<[Answer<R>, string | null]> {
  const headers: Record<string, string> = {
    "Content-Type": "application/json",
    Accept: "application/graphql-response+json",
    "Accept-Language": locale.value,
  };
  if (bearer) headers.Authorization = `Bearer ${bearer.accessToken}`;
  const limit = AbortSignal.timeout(PATIENCE_MS);
  const response = await fetch("/graphql", {
    method: "POST",
    headers,
    body: JSON.stringify(body),
    signal: signal ? AbortSignal.any([signal, limit]) : limit,
  });
  behindMs = Date.parse(response.headers.get("Date") ?? "") - Date.now() || 0;
  return [(await response.json()) as Answer<R>, response.headers.get("X-Request-Id")];
}

async function post<R, V>(document: TypedDocumentString<R, V>, variables: V, bearer: Tokens | null, options: Options): Promise<R> {
  const persistedQuery = { version: 1, sha256Hash: document.__meta__?.hash as string };
  const body = { variables, extensions: { persistedQuery } };
  try {
    let [answer, requestId] = await send<R>(body, bearer, options);
    if (answer.errors?.[0]?.message === "PersistedQueryNotFound") {
      [answer, requestId] = await send<R>({ ...body, query: document.toString() }, bearer, options);
    }
    const [error] = answer.errors ?? [];
    if (error || !answer.data) {
      const { code = "INTERNAL", retryAfter = null } = error?.extensions ?? {};
      throw new ApiError(code, error?.message ?? "", error?.extensions?.requestId ?? requestId, retryAfter);
    }
    return answer.data;
  } catch (error) {
    if (error instanceof ApiError || options.signal?.aborted) throw error;
    throw new ApiError("OFFLINE", ""); // no answer, or not one of the API's
  }
}

async function exchange(refreshToken: string): Promise<Tokens | null> {
  const { refreshTokens } = await post(RefreshTokensDocument, { refreshToken }, null, {});
  return refreshTokens.__typename === "AuthTokens" ? refreshTokens : null;
}

/** Tokens that are good for a while, or null when nobody is signed in. */
export async function freshTokens(): Promise<Tokens | null> {
  const known = tokens.value;
  const isOld = known && Date.parse(known.expiresAt) - Date.now() - behindMs < 20_000;
  return isOld ? renew(known, exchange) : known;
}

/**
 * The answer's data. Throws ApiError, also when there is no answer: a mutation may have happened then, so it is sent
 * again with the same idempotency key.
 */
export async function ask<R, V>(document: TypedDocumentString<R, V>, variables: V, options: Options = {}): Promise<R> {
  const whose = account.value;
  const bearer = await freshTokens();
  // What one account was asked to do, another that has signed in meanwhile never does.
  const isAnother = () => account.value !== whose;
  if (bearer && isAnother()) throw new ApiError("UNAUTHENTICATED", "");
  try {
    return await post(document, variables, bearer, options);
  } catch (error) {
    if (!bearer || !(error instanceof ApiError) || error.code !== "UNAUTHENTICATED") throw error;
    // This device's clock may be wrong, or the sign-in has ended.
    const next = await renew(bearer, exchange);
    if (!next || isAnother()) throw error;
    return post(document, variables, next, options);
  }
}

interface Page<N> {
  pageInfo: { hasNextPage: boolean; endCursor: string | null };
  edges: { node: N }[];
}

/** A list that comes in pages: one after the other, until there are `enough`. */
export async function all<N>(page: (after: string | null) => Promise<Page<N>>, enough = Infinity): Promise<N[]> {
  const nodes: N[] = [];
  for (let after: string | null = null, more = true; more; ) {
    const { edges, pageInfo }: Page<N> = await page(after);
    nodes.push(...edges.map(({ node }) => node));
    after = pageInfo.endCursor;
    more = pageInfo.hasNextPage && nodes.length < enough;
  }
  return nodes;
}
