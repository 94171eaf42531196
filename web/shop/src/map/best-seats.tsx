// The best seats in two presses: the button, and how many.
import { useState } from "preact/hooks";
import { t } from "../i18n";
import { MOST_SEATS } from "./selection";
import type { Purchase } from "./purchase";

export function BestSeats({ purchase }: { purchase: Purchase }) {
  const [isOpen, setOpen] = useState(false);
  const isOff = purchase.isBusy.value || purchase.live.freshness.value !== "live";
  return (
    <div class="best">
      <button type="button" class="button main" aria-expanded={isOpen} aria-controls="best-counts" onClick={() => setOpen(!isOpen)}>
        {t("best_seats")}
      </button>
      <div id="best-counts" class="best-counts" role="group" aria-label={t("best_how_many")} hidden={!isOpen}>
        {Array.from({ length: MOST_SEATS }, (_, index) => index + 1).map((count) => (
          <button
            key={count}
            type="button"
            class="count"
            aria-label={t("best_hold", { count })}
            aria-disabled={isOff}
            onClick={() => isOff || void purchase.withSignIn(() => purchase.holdBest(count))}
          >
            {count}
          </button>
        ))}
      </div>
    </div>
  );
}
