// Parts that every page has.
import { useEffect, useRef } from "preact/hooks";
import { signInPath } from "./api/people";
import { t } from "./i18n";
import { takeFocus } from "./router";

/** The heading of a page, which is its title too. Navigation puts the focus on it. */
export function Heading({ children }: { children: string }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${children} · ${t("shop_name")}`;
  }, [children]);
  useEffect(() => {
    if (heading.current) takeFocus(heading.current);
  }, []);
  return (
    <h1 ref={heading} tabIndex={-1}>
      {children}
    </h1>
  );
}

/** Instead of a page whose data are on their way. */
export function Waiting() {
  return (
    <p class="waiting" role="status">
      {t("loading")}
    </p>
  );
}

/** Instead of a page, or of a part of it, that could not be had. */
export function Failure({ text, retry }: { text: string; retry?: () => void }) {
  return (
    <div class="failure" role="alert">
      <p>{text}</p>
      {retry && (
        <button type="button" class="button" onClick={retry}>
          {t("try_again")}
        </button>
      )}
    </div>
  );
}

/** Instead of a page that could not be had: the focus goes to its heading, too. */
export function FailurePage(props: { text: string; retry: () => void }) {
  return (
    <>
      <Heading>{t("error_unexpected")}</Heading>
      <Failure {...props} />
    </>
  );
}

export function NobodyIsSignedIn({ next }: { next: string }) {
  return (
    <p class="empty">
      {t("sign_in_first")}{" "}
      <a class="button main" href={signInPath(next)}>
        {t("sign_in")}
      </a>
    </p>
  );
}
