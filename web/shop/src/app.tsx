// What is around every page, and which page that is.
import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";
import { tokens } from "./api/tokens";
import { LOCALES, type Locale, chooseLocale, locale, t } from "./i18n";
import { FailurePage, Waiting } from "./page";
import { Movies } from "./pages/movies";
import { NotFound } from "./pages/not-found";
import { askAhead } from "./programme";
import { type PageName, place } from "./router";

type Page = ComponentType;
/** Each is loaded when it is first shown. */
const LATER: Partial<Record<PageName, () => Promise<Page>>> = {
  movie: async () => (await import("./pages/movie")).Movie,
  tickets: async () => (await import("./pages/tickets")).Tickets,
  account: async () => (await import("./pages/account")).Account,
  signIn: async () => (await import("./pages/sign-in")).SignIn,
  signUp: async () => (await import("./pages/sign-in")).SignUp,
  signedIn: async () => (await import("./pages/sign-in")).SignedIn,
  forgotPassword: async () => (await import("./pages/codes")).ForgotPassword,
  resetPassword: async () => (await import("./pages/codes")).ResetPassword,
  verifyEmail: async () => (await import("./pages/codes")).VerifyEmail,
  session: async () => (await import("./pages/session")).SessionPage,
  reservation: async () => (await import("./pages/reservation")).ReservationPage,
};
const loaded = new Map<PageName, Page>();

/** What the first page is made of. Nothing is lost if it fails: the page asks for it again, and says why. */
export function loadAhead(): void {
  const { page, query } = place.value;
  const parts = page === "movies" ? askAhead(query) : page && LATER[page]?.();
  parts?.catch(() => {});
}

export function App() {
  const { page, path } = place.value;
  return (
    <>
      <a class="skip" href="#main">
        {t("skip_to_content")}
      </a>
      <Header />
      <main id="main">
        {page === "movies" ? <Movies key={path} /> : page && LATER[page] ? <Later key={path} name={page} /> : <NotFound key={path} />}
      </main>
      <Footer />
    </>
  );
}

/** After a release the parts of an open page are gone. The new page has its own. */
async function isOutdated(): Promise<boolean> {
  const script = document.querySelector("script[src]")?.getAttribute("src") ?? "";
  const page = await fetch("/", { cache: "no-cache" }).catch(() => null);
  return page?.ok === true && !(await page.text()).includes(script);
}

function Later({ name }: { name: PageName }) {
  const [Shown, setShown] = useState<Page | undefined>(() => loaded.get(name));
  const [isMissing, setMissing] = useState(false);
  useEffect(() => {
    if (Shown) return undefined;
    let isLeft = false;
    LATER[name]?.().then(
      (page) => {
        loaded.set(name, page);
        setShown(() => page);
      },
      async () => {
        const isOld = await isOutdated();
        if (isLeft) return;
        if (isOld) location.reload();
        else setMissing(true);
      },
    );
    return () => void (isLeft = true);
  }, [name]);
  if (isMissing) return <FailurePage text={t("error_offline")} retry={() => location.reload()} />;
  return Shown ? <Shown /> : <Waiting />;
}

function Header() {
  return (
    <header class="top">
      <a class="brand" href="/">
        <Logo />
        {t("shop_name")}
      </a>
      <nav aria-label={t("navigation")}>
        <Tab href="/tickets">{t("my_tickets")}</Tab>
        {tokens.value ? <Tab href="/account">{t("account")}</Tab> : <Tab href="/sign-in">{t("sign_in")}</Tab>}
      </nav>
    </header>
  );
}

function Tab({ href, children }: { href: string; children: string }) {
  return (
    <a href={href} aria-current={place.value.path === href ? "page" : undefined}>
      {children}
    </a>
  );
}

function Logo() {
  return (
    <svg viewBox="0 0 32 32" aria-hidden="true">
      <rect width="32" height="32" rx="8" fill="#b3202c" />
      <path d="M7 11h18v4a2 2 0 0 0 0 4v4H7v-4a2 2 0 0 0 0-4z" fill="#fff" />
      <path d="M19 11v12" stroke="#b3202c" stroke-width="1.6" stroke-dasharray="2 2" />
    </svg>
  );
}

function Footer() {
  return (
    <footer class="bottom">
      <label>
        {t("language")}{" "}
        <select value={locale.value} onChange={(event) => void chooseLocale(event.currentTarget.value as Locale)}>
          {Object.entries(LOCALES).map(([tag, name]) => (
            <option key={tag} value={tag} lang={tag}>
              {name}
            </option>
          ))}
        </select>
      </label>
      <p>
        <a href="/graphiql">{t("explorer")}</a> · <a href="/developers">{t("for_developers")}</a>
      </p>
    </footer>
  );
}
