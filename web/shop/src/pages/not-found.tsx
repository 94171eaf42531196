import { t } from "../i18n";
import { Heading } from "../page";

export function NotFound() {
  return (
    <>
      <Heading>{t("not_found")}</Heading>
      <p>
        <a href="/">{t("to_the_movies")}</a>
      </p>
    </>
  );
}
