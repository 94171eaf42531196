// Who is signed in, and what they do with their account.
import type { Refusal } from "../parts/form";
import { SignOutDocument } from "./generated/graphql";
import { ask } from "./http";
import { type Tokens, keepTokens, tokens } from "./tokens";

type Problem = { message: string; fields?: Refusal["fields"] };

/** Of an answer with tokens: signs in, or says why not. */
export function signedInBy(answer: ({ __typename: "AuthTokens" } & Tokens) | ({ __typename: string } & Problem)): Refusal | null {
  if (!("accessToken" in answer)) return answer;
  keepTokens(answer);
  return null;
}

/** Also without a connection: this device forgets the tokens and the tickets. */
export async function signOut(): Promise<void> {
  const known = tokens.value;
  keepTokens(null);
  if (known) await ask(SignOutDocument, { refreshToken: known.refreshToken }).catch(() => {});
}

/** Where to go after signing in: a path of ours, never another site. */
export function nextPath(query: URLSearchParams): string {
  const next = query.get("next") ?? "";
  return /^\/(?![/\\])/.test(next) ? next : "/tickets";
}

export function signInPath(next: string): string {
  return `/sign-in?${new URLSearchParams({ next })}`;
}
