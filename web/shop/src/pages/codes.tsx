// What a code from a mail is for: a new password, or the proof of an address.
import { useState } from "preact/hooks";
import { RequestPasswordResetDocument, ResetPasswordDocument, VerifyEmailDocument } from "../api/generated/graphql";
import { ask } from "../api/http";
import { signInPath, signedInBy } from "../api/people";
import { tokens } from "../api/tokens";
import { takeCode } from "../codes";
import { t } from "../i18n";
import { Heading } from "../page";
import { Field, Form } from "../parts/form";
import { useNavigate } from "../router";
import { ofTab } from "../storage";

export function ForgotPassword() {
  const [isSent, setSent] = useState(false);
  return (
    <div class="narrow">
      <Heading>{t("forgot_password")}</Heading>
      {isSent ? (
        <>
          <p role="status">{t("reset_sent")}</p>
          <p>
            <a href="/reset-password">{t("have_code")}</a>
          </p>
        </>
      ) : (
        <>
          <p>{t("reset_intro")}</p>
          <Form
            button={t("send_code")}
            submit={async ({ email = "" }) => {
              await ask(RequestPasswordResetDocument, { email });
              setSent(true);
              return null;
            }}
          >
            <Field name="email" type="email" label={t("email")} autocomplete="username" />
          </Form>
        </>
      )}
    </div>
  );
}

export function ResetPassword() {
  const [code] = useState(() => takeCode("shop:reset"));
  const leave = useNavigate();
  return (
    <div class="narrow">
      <Heading>{t("new_password")}</Heading>
      <Form
        button={t("save")}
        submit={async ({ token = "", password = "" }) => {
          const { resetPassword } = await ask(ResetPasswordDocument, { input: { token: token.trim(), password } });
          const refused = signedInBy(resetPassword);
          if (!refused) {
            ofTab.remove("shop:reset");
            leave("/account", { replace: true });
          }
          return refused;
        }}
      >
        <Field name="token" label={t("code")} hint={t("code_hint")} value={code} autocomplete="one-time-code" />
        <Field name="password" type="password" label={t("new_password")} hint={t("password_hint")} autocomplete="new-password" minLength={8} maxLength={128} />
      </Form>
    </div>
  );
}

export function VerifyEmail() {
  const [code] = useState(() => takeCode("shop:verify"));
  const leave = useNavigate();
  return (
    <div class="narrow">
      <Heading>{t("verify_email")}</Heading>
      {tokens.value ? (
        <VerifyForm
          code={code}
          onDone={() => {
            ofTab.remove("shop:verify");
            leave("/account", { replace: true });
          }}
        />
      ) : (
        <>
          <p>{t("verify_sign_in")}</p>
          <p>
            <a class="button main" href={signInPath("/verify-email")}>
              {t("sign_in")}
            </a>
          </p>
        </>
      )}
    </div>
  );
}

export function VerifyForm({ code = "", onDone }: { code?: string; onDone: () => void }) {
  return (
    <Form
      button={t("confirm")}
      submit={async ({ token = "" }) => {
        const { verifyEmail } = await ask(VerifyEmailDocument, { token: token.trim() });
        if (verifyEmail.__typename !== "Viewer") return verifyEmail;
        onDone();
        return null;
      }}
    >
      <Field name="token" label={t("code")} hint={t("code_hint")} value={code} autocomplete="one-time-code" />
    </Form>
  );
}
