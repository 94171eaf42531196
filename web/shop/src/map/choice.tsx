// What is chosen: seats, types of tickets, the total, and the button that holds them.
import { TypeChoice } from "../hold/type-choice";
import { money, t } from "../i18n";
import type { Chosen } from "./selection";
import type { Purchase } from "./purchase";

export function Choice({ purchase }: { purchase: Purchase }) {
  const chosen = purchase.selection.chosen.value;
  const { currency } = purchase.session.value.pricePerSeat;
  const isBusy = purchase.isBusy.value;
  const isOff = isBusy || !chosen.length || purchase.live.freshness.value !== "live";
  return (
    <div class="choice">
      <h2>{t("choice_name")}</h2>
      {chosen.length ? (
        <ul class="choice-seats">
          {chosen.map((each) => (
            <Line key={each.seat.id} chosen={each} purchase={purchase} currency={currency} />
          ))}
        </ul>
      ) : (
        <p class="hint">{t("choice_none")}</p>
      )}
      <div class="choice-foot">
        <p class="choice-total" role="status">
          <span>{t("choice_count", { count: chosen.length })}</span>
          <strong>{money({ amountMinor: purchase.total.value, currency })}</strong>
        </p>
        <button
          type="button"
          class="button main wide"
          aria-disabled={isOff}
          onClick={() => void purchase.withSignIn(() => purchase.hold())}
        >
          {isBusy ? t("choice_holding") : t("choice_hold")}
        </button>
      </div>
    </div>
  );
}

function Line({ chosen, purchase, currency }: { chosen: Chosen; purchase: Purchase; currency: string }) {
  const { seat } = chosen;
  const prices = purchase.pricesIn(seat);
  const type = chosen.ticketTypeId ?? prices.find(({ ticketType }) => ticketType.isDefault)?.ticketType.id ?? "";
  return (
    <li>
      <strong class="seat-label">{seat.label}</strong>
      {prices.length > 1 ? (
        <TypeChoice seat={seat.label} prices={prices} chosen={type} choose={(next) => purchase.selection.setType(seat.id, next)} />
      ) : (
        <span>
          {prices[0]?.ticketType.name} · {money({ amountMinor: purchase.priceOf(chosen), currency })}
        </span>
      )}
      <button type="button" class="drop" aria-label={t("choice_drop", { seat: seat.label })} onClick={() => purchase.press(seat)}>
        ×
      </button>
    </li>
  );
}
