import { type FormEvent } from "react";

import { clearToken, setValues, useValues } from "./values";

export function TokenBar() {
  const { token, ...ids } = useValues();

  function use(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const pasted = new FormData(event.currentTarget).get("token");
    const bare = String(pasted).trim().replace(/^Bearer\s+/i, "");
    if (bare !== "") setValues({ token: bare });
    event.currentTarget.reset();
  }

  return (
    <form className="token-bar" onSubmit={use}>
      <label>
        Access token <input name="token" type="password" autoComplete="off" spellCheck={false} />
      </label>
      <button type="submit">Use</button>
      <button type="button" onClick={clearToken} disabled={token === undefined}>
        Clear
      </button>
      <output>{token === undefined ? "Nobody is signed in: run the first tab, or paste a token." : signedIn(token)}</output>
      <output className="filled-in">{filledIn(ids)}</output>
    </form>
  );
}

function signedIn(token: string): string {
  const until = expiry(token);
  return until === undefined
    ? "Every request sends your token."
    : `Every request sends your token. It is valid until ${until.toLocaleTimeString()}.`;
}

function expiry(token: string): Date | undefined {
  try {
    const claims = JSON.parse(atob((token.split(".")[1] ?? "").replaceAll("-", "+").replaceAll("_", "/")));
    return typeof claims.exp === "number" ? new Date(claims.exp * 1000) : undefined;
  } catch {
    return undefined; // not a token of this API: the server will refuse it
  }
}

function filledIn(ids: Record<string, string>): string {
  const names = Object.keys(ids).map((name) => `$${name}`);
  return names.length === 0 ? "" : `Filled in if you omit them: ${names.join(", ")}.`;
}
