// The type of one ticket, where a seat has more than one.
import { money, t } from "../i18n";

interface Props {
  seat: string;
  prices: readonly { ticketType: { id: string; name: string }; price: { amountMinor: number; currency: string } }[];
  chosen: string;
  choose: (ticketTypeId: string) => void;
  isOff?: boolean;
}

export function TypeChoice({ seat, prices, chosen, choose, isOff = false }: Props) {
  return (
    <select aria-label={t("bill_type_of", { seat })} value={chosen} disabled={isOff} onChange={(event) => choose(event.currentTarget.value)}>
      {prices.map(({ ticketType, price }) => (
        <option key={ticketType.id} value={ticketType.id}>
          {ticketType.name} · {money(price)}
        </option>
      ))}
    </select>
  );
}
