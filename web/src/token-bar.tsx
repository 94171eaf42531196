import { type FormEvent } from "react";

import { forgetToken, remember, useKnown } from "./known";

export function TokenBar() {
  const { token, ...ids } = useKnown();

  function use(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const pasted = new FormData(event.currentTarget).get("token");
    const bare = String(pasted).trim().replace(/^Bearer\s+/i, "");
    if (bare !== "") remember({ token: bare });
    event.currentTarget.reset();
  }

  return (
    <form className="token-bar" onSubmit={use}>
      <label>
        Access token <input name="token" type="password" autoComplete="off" spellCheck={false} />
      </label>
      <button type="submit">Use</button>
      <button type="button" onClick={forgetToken} disabled={token === undefined}>
        Forget
      </button>
      <output>{token === undefined ? "Nobody is signed in: run the first tab, or paste a token." : signedIn(token)}</output>
      <output className="filled-in">{filledIn(ids)}</output>
    </form>
  );
}

function signedIn(token: string): string {
  const until = expiry(token);
  return until === undefined
    ? "Your token goes with every request."
    : `Your token goes with every request; it is good until ${until.toLocaleTimeString()}.`;
}

function expiry(token: string): Date | undefined {
  try {
    const claims = JSON.parse(atob((token.split(".")[1] ?? "").replaceAll("-", "+").replaceAll("_", "/")));
    return typeof claims.exp === "number" ? new Date(claims.exp * 1000) : undefined;
  } catch {
    return undefined; // not one of ours: the server will say so
  }
}

function filledIn(ids: Record<string, string>): string {
  const names = Object.keys(ids).map((name) => `$${name}`);
  return names.length === 0 ? "" : `Filled in where you leave them out: ${names.join(", ")}.`;
}
