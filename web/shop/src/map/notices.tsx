// Why something was refused, and what can be had in its place.
import { t } from "../i18n";
import { labelsOf } from "./names";
import type { Purchase } from "./purchase";
import type { Notice } from "./refusals";

function textOf({ kind, seats = [], text = "" }: Notice): string {
  const facts = { seats: labelsOf(seats), count: seats.length };
  switch (kind) {
    case "lost":
      return t("notice_lost", facts);
    case "taken":
      return t("notice_taken", facts);
    case "orphans":
      return t("notice_orphans", facts);
    case "none":
      return t("choice_none");
    case "stale":
      return t("map_stale");
    default:
      return text;
  }
}

export function Notices({ purchase }: { purchase: Purchase }) {
  const notice = purchase.notice.value;
  const held = purchase.heldBefore.value;
  return (
    <>
      {held && (
        <p class="notice">
          {t("notice_held")} <a href={`/reservations/${held}`}>{t("notice_go_on")}</a>
        </p>
      )}
      <div role="alert" class="notices">
        {notice && <Shown notice={notice} purchase={purchase} />}
      </div>
    </>
  );
}

function Shown({ notice, purchase }: { notice: Notice; purchase: Purchase }) {
  const { kind, instead = [], apart } = notice;
  return (
    <div class="notice">
      <p>{textOf(notice)}</p>
      {kind === "orphans" && <p class="hint">{t("notice_orphan_rule")}</p>}
      {instead.length > 0 && (
        <button type="button" class="button main" onClick={() => purchase.takeInstead(notice)}>
          {t("notice_instead", { seats: labelsOf(instead) })}
        </button>
      )}
      {apart && (
        <button type="button" class="button" onClick={() => void purchase.reserveBest(apart)}>
          {t("notice_apart")}
        </button>
      )}
      <button type="button" class="drop" aria-label={t("notice_close")} onClick={() => (purchase.notice.value = null)}>
        ×
      </button>
    </div>
  );
}
