// Name, address, password, devices and data of the viewer.
import { useState } from "preact/hooks";
import {
  AccountDocument,
  type AccountQuery,
  ChangePasswordDocument,
  EndDeviceDocument,
  EraseAccountDocument,
  ExportDocument,
  RequestEmailVerificationDocument,
  UpdateViewerDocument,
} from "../api/generated/graphql";
import { explain } from "../api/errors";
import { ask } from "../api/http";
import { signOut, signedInBy } from "../api/people";
import { account, keepTokens, tokens } from "../api/tokens";
import { LOCALES, moment, t } from "../i18n";
import { Failure, Heading, NobodyIsSignedIn, Waiting } from "../page";
import { Field, Form, type Refusal, type Values } from "../parts/form";
import { saveFile } from "../parts/save-file";
import { useQuery } from "../query";
import { navigate, useNavigate } from "../router";
import { VerifyForm } from "./codes";

type Viewer = NonNullable<AccountQuery["viewer"]>;

export function Account() {
  return (
    <>
      <Heading>{t("account")}</Heading>
      {tokens.value ? <OfViewer key={account.value} /> : <NobodyIsSignedIn next="/account" />}
    </>
  );
}

function OfViewer() {
  const { data, failure, retry } = useQuery(AccountDocument, {});
  if (failure) return <Failure text={failure} retry={retry} />;
  if (!data) return <Waiting />;
  const { viewer } = data;
  if (!viewer) return <NobodyIsSignedIn next="/account" />;
  return (
    <div class="cards">
      <Profile viewer={viewer} />
      <Address viewer={viewer} again={retry} />
      <Password />
      <Devices viewer={viewer} again={retry} />
      <Data />
    </div>
  );
}

async function update(input: Values): Promise<Refusal | null> {
  const { updateViewer } = await ask(UpdateViewerDocument, { input });
  return updateViewer.__typename === "Viewer" ? null : updateViewer;
}

function Profile({ viewer }: { viewer: Viewer }) {
  const leave = () => {
    void signOut();
    navigate("/");
  };
  return (
    <section class="card">
      <h2>{t("profile")}</h2>
      <Form button={t("save")} done={t("saved")} submit={({ name = "", locale = "" }) => update({ name, locale })}>
        <Field name="name" label={t("name")} value={viewer.name} autocomplete="name" maxLength={200} />
        <div class="field">
          <label for="mail-language">{t("mail_language")}</label>
          <select id="mail-language" name="locale" defaultValue={viewer.locale}>
            {Object.entries(LOCALES).map(([tag, name]) => (
              <option key={tag} value={tag} lang={tag} selected={tag === viewer.locale}>
                {name}
              </option>
            ))}
          </select>
        </div>
      </Form>
      <p>
        <button type="button" class="button" onClick={leave}>
          {t("sign_out")}
        </button>
      </p>
    </section>
  );
}

function Address({ viewer, again }: { viewer: Viewer; again: () => void }) {
  const [isSent, setSent] = useState(false);
  const [failure, setFailure] = useState("");
  const send = () => {
    ask(RequestEmailVerificationDocument, {}).then(
      () => setSent(true),
      (error: unknown) => setFailure(explain(error)),
    );
  };
  return (
    <section class="card">
      <h2>{t("email")}</h2>
      <p>
        {viewer.email} <span class={viewer.emailVerified ? "badge good" : "badge"}>{viewer.emailVerified ? t("verified") : t("not_verified")}</span>
      </p>
      {!viewer.emailVerified && !isSent && (
        <p>
          <button type="button" class="button" onClick={send}>
            {t("send_code")}
          </button>
        </p>
      )}
      {failure && <Failure text={failure} />}
      {isSent && (
        <>
          <p role="status">{t("code_sent")}</p>
          <VerifyForm onDone={again} />
        </>
      )}
      <details>
        <summary>{t("change_email")}</summary>
        <Form
          button={t("send_code")}
          submit={async ({ email = "" }) => {
            const refused = await update({ email });
            if (!refused) setSent(true);
            return refused;
          }}
        >
          <Field name="email" type="email" label={t("new_email")} hint={t("new_email_hint")} autocomplete="email" />
        </Form>
      </details>
    </section>
  );
}

function Password() {
  return (
    <section class="card">
      <h2>{t("password")}</h2>
      <Form
        button={t("save")}
        done={t("saved")}
        submit={async ({ current = "", password = "" }) => {
          const { changePassword } = await ask(ChangePasswordDocument, { input: { current, password } });
          return signedInBy(changePassword);
        }}
      >
        <Field name="current" type="password" label={t("present_password")} autocomplete="current-password" />
        <Field name="password" type="password" label={t("new_password")} hint={t("password_hint")} autocomplete="new-password" minLength={8} maxLength={128} />
      </Form>
      <p>
        <a href="/forgot-password">{t("forgot_password")}</a>
      </p>
    </section>
  );
}

/** A device calls itself by a long line: the browser and the system are what people know. */
function shortName(agent: string): string {
  const browser = /(Edg|OPR|Firefox|SamsungBrowser|CriOS|FxiOS|Chrome|Safari)(?=\/)/.exec(agent)?.[1];
  const system = /(Android|iPhone|iPad|Windows|Mac OS X|CrOS|Linux)/.exec(agent)?.[1];
  const names: Record<string, string> = { Edg: "Edge", OPR: "Opera", CriOS: "Chrome", FxiOS: "Firefox", "Mac OS X": "macOS", CrOS: "ChromeOS" };
  const known = [browser, system].flatMap((each) => (each ? [names[each] ?? each] : []));
  return known.length ? known.join(" · ") : agent;
}

function Devices({ viewer, again }: { viewer: Viewer; again: () => void }) {
  const [failure, setFailure] = useState("");
  const end = (id: string) => {
    ask(EndDeviceDocument, { id }).then(again, (error: unknown) => setFailure(explain(error)));
  };
  return (
    <section class="card">
      <h2>{t("devices")}</h2>
      {failure && <Failure text={failure} />}
      <ul class="rows">
        {viewer.devices.map(({ id, name, lastUsedAt, current }) => (
          <li key={id}>
            <span>
              <strong>{shortName(name)}</strong>
              <br />
              {current ? t("this_device") : t("last_used", { when: moment(lastUsedAt, { dateStyle: "medium", timeStyle: "short" }) })}
            </span>
            {!current && (
              <button type="button" class="button" aria-label={t("end_device", { name: shortName(name) })} onClick={() => end(id)}>
                {t("sign_out")}
              </button>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}

function Data() {
  const [failure, setFailure] = useState("");
  const [asksForTickets, setAsks] = useState(false);
  const leave = useNavigate();
  const save = async () => {
    const { exportViewer } = await ask(ExportDocument, {});
    saveFile("cinema-tickets.json", "application/json", exportViewer);
  };
  return (
    <section class="card">
      <h2>{t("your_data")}</h2>
      {failure && <Failure text={failure} />}
      <p>{t("export_intro")}</p>
      <p>
        <button type="button" class="button" onClick={() => save().catch((error: unknown) => setFailure(explain(error)))}>
          {t("export_data")}
        </button>
      </p>
      <details>
        <summary>{t("erase_account")}</summary>
        <p>{t("erase_intro")}</p>
        <Form
          button={t("erase_account")}
          submit={async ({ password = "", giveUp }) => {
            const { eraseAccount } = await ask(EraseAccountDocument, { input: { password: password || null, giveUpTickets: giveUp === "on" } });
            if (eraseAccount.__typename !== "Done") {
              setAsks(eraseAccount.__typename === "InUse");
              return eraseAccount;
            }
            keepTokens(null);
            leave("/");
            return null;
          }}
        >
          <Field name="password" type="password" label={t("present_password")} hint={t("erase_password_hint")} autocomplete="current-password" isOptional />
          {asksForTickets && (
            <label class="check">
              <input type="checkbox" name="giveUp" /> {t("give_up_tickets")}
            </label>
          )}
        </Form>
      </details>
    </section>
  );
}
