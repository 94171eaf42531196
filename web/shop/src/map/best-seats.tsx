// The best seats in two presses: the button, and how many. More presses say which ones.
import { useState } from "preact/hooks";
import { t } from "../i18n";
import { BestOptions } from "./best-options";
import type { Purchase } from "./purchase";

/** What people usually buy. The options take any number: the server knows the limit. */
const COUNTS = [1, 2, 3, 4, 5, 6, 7, 8];

export function BestSeats({ purchase }: { purchase: Purchase }) {
  const [isOpen, setOpen] = useState(false);
  const isOff = purchase.isBusy.value || purchase.live.freshness.value !== "live";
  return (
    <div class="best">
      <button type="button" class="button main" aria-expanded={isOpen} aria-controls="best" onClick={() => setOpen(!isOpen)}>
        {t("best_seats")}
      </button>
      <div id="best" hidden={!isOpen}>
        <div class="best-counts" role="group" aria-label={t("best_how_many")}>
          {COUNTS.map((count) => (
            <button
              key={count}
              type="button"
              class="count"
              aria-label={t("best_hold", { count })}
              aria-disabled={isOff}
              onClick={() => void purchase.withSignIn(() => purchase.holdBest(count))}
            >
              {count}
            </button>
          ))}
        </div>
        {isOpen && <BestOptions purchase={purchase} isOff={isOff} />}
      </div>
    </div>
  );
}
