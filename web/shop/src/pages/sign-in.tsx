// Signing in and up, with a password or through a provider.
import { useEffect, useState } from "preact/hooks";
import { ExchangeSignInCodeDocument, SignInDocument, SignUpDocument } from "../api/generated/graphql";
import { explain } from "../api/errors";
import { ask } from "../api/http";
import { nextPath, signedInBy } from "../api/people";
import { type TextKey, t } from "../i18n";
import { Failure, Heading, Waiting } from "../page";
import { Field, Form } from "../parts/form";
import { useLoad } from "../query";
import { randomText } from "../random";
import { place, useNavigate } from "../router";
import { ofTab } from "../storage";

function others(path: string): string {
  const next = place.value.query.get("next");
  return next ? `${path}?${new URLSearchParams({ next })}` : path;
}

export function SignIn() {
  const leave = useNavigate();
  return (
    <div class="narrow">
      <Heading>{t("sign_in")}</Heading>
      <Form
        button={t("sign_in")}
        submit={async ({ email = "", password = "" }) => {
          const { signIn } = await ask(SignInDocument, { input: { email, password } });
          const refused = signedInBy(signIn);
          if (!refused) leave(nextPath(place.value.query), { replace: true });
          return refused;
        }}
      >
        <Field name="email" type="email" label={t("email")} autocomplete="username" />
        <Field name="password" type="password" label={t("password")} autocomplete="current-password" />
      </Form>
      <Providers />
      <p>
        <a href="/forgot-password">{t("forgot_password")}</a>
      </p>
      <p>
        {t("no_account")} <a href={others("/sign-up")}>{t("sign_up")}</a>
      </p>
    </div>
  );
}

export function SignUp() {
  const leave = useNavigate();
  return (
    <div class="narrow">
      <Heading>{t("sign_up")}</Heading>
      <Form
        button={t("sign_up")}
        submit={async ({ name = "", email = "", password = "" }) => {
          const { signUp } = await ask(SignUpDocument, { input: { name, email, password } });
          const refused = signedInBy(signUp);
          if (!refused) leave(nextPath(place.value.query), { replace: true });
          return refused;
        }}
      >
        <Field name="name" label={t("name")} autocomplete="name" maxLength={200} />
        <Field name="email" type="email" label={t("email")} autocomplete="username" />
        <Field name="password" type="password" label={t("password")} hint={t("password_hint")} autocomplete="new-password" minLength={8} maxLength={128} />
      </Form>
      <Providers />
      <p>
        {t("have_account")} <a href={others("/sign-in")}>{t("sign_in")}</a>
      </p>
    </div>
  );
}

const NAMES: Record<string, string> = { google: "Google", github: "GitHub" };
const STATE = "shop:sign-in";

/** Links to those that are switched on, and may send people back to this page. */
function Providers() {
  const { data } = useLoad("providers", async (signal) => {
    const answer = await fetch("/sign-in/providers", { signal });
    return answer.ok ? ((await answer.json()) as { providers: string[]; returnUrls: string[] }) : null;
  });
  const back = `${location.origin}/signed-in`;
  // Who comes back is recognised by what this tab has kept.
  if (!data?.returnUrls.includes(back) || !ofTab.set(STATE, "null")) return null;
  const begin = (name: string) => {
    const state = randomText();
    ofTab.set(STATE, JSON.stringify({ state, next: nextPath(place.value.query) }));
    location.assign(`/sign-in/${name}?${new URLSearchParams({ return_to: back, state })}`);
  };
  return (
    <div class="providers">
      <p>{t("or")}</p>
      {data.providers.map((name) => (
        <button key={name} type="button" class="button" onClick={() => begin(name)}>
          {t("sign_in_through", { name: NAMES[name] ?? t("your_organisation") })}
        </button>
      ))}
    </div>
  );
}

const REFUSALS: Record<string, TextKey> = {
  access_denied: "provider_denied",
  email_not_verified: "provider_unverified",
  provider_unavailable: "provider_unavailable",
  unavailable: "provider_unavailable",
};

/** Where a provider sends people back to. */
export function SignedIn() {
  const leave = useNavigate();
  const [failure, setFailure] = useState<string | null>(null);
  useEffect(() => {
    const { query } = place.value;
    const begun = JSON.parse(ofTab.get(STATE) ?? "null") as { state: string; next: string } | null;
    ofTab.remove(STATE);
    // Somebody else's link would sign this browser in to their account.
    if (!begun || begun.state !== query.get("state")) return setFailure(t("provider_failed"));
    const code = query.get("code");
    if (!code) return setFailure(t(REFUSALS[query.get("error") ?? ""] ?? "provider_failed"));
    ask(ExchangeSignInCodeDocument, { code }).then(
      ({ exchangeSignInCode }) => {
        const refused = signedInBy(exchangeSignInCode);
        if (refused) setFailure(refused.message);
        else leave(begun.next, { replace: true });
      },
      (error: unknown) => setFailure(explain(error)),
    );
  }, []);
  return (
    <div class="narrow">
      <Heading>{t("sign_in")}</Heading>
      {failure ? <Failure text={failure} /> : <Waiting />}
      {failure && (
        <p>
          <a href="/sign-in">{t("try_again")}</a>
        </p>
      )}
    </div>
  );
}
