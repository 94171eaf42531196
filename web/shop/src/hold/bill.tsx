// Tickets with their types, and the total.
import { money, t } from "../i18n";
import type { Followed, Reservation } from "./follow";
import { TypeChoice } from "./type-choice";

export function Bill({ reservation, followed }: { reservation: Reservation; followed?: Followed }) {
  const bySeat = new Map(reservation.seats.map((seat) => [seat.seat.id, seat]));
  return (
    <table class="bill">
      <caption class="unseen">{t("bill_tickets")}</caption>
      <thead class="unseen">
        <tr>
          <th scope="col">{t("bill_seat")}</th>
          <th scope="col">{t("bill_type")}</th>
          <th scope="col">{t("bill_price")}</th>
        </tr>
      </thead>
      <tbody>
        {reservation.tickets.map((ticket) => {
          const seat = bySeat.get(ticket.seat.id);
          const isRefunded = ticket.status === "REFUNDED";
          return (
            <tr key={ticket.id} class={isRefunded ? "refunded" : undefined}>
              <th scope="row">{ticket.seat.label}</th>
              <td>
                {followed && seat && seat.prices.length > 1 ? (
                  <TypeChoice
                    seat={ticket.seat.label}
                    prices={seat.prices}
                    chosen={ticket.ticketType.id}
                    choose={(type) => void followed.chooseType(seat.id, type)}
                    isOff={followed.busy.value !== null}
                  />
                ) : (
                  ticket.ticketType.name
                )}
                {ticket.ticketType.proofRequired && <small>{t("bill_proof")}</small>}
                {isRefunded && <small>{t("bill_given_back")}</small>}
              </td>
              <td>{money(ticket.price)}</td>
            </tr>
          );
        })}
      </tbody>
      <tfoot>
        <tr>
          <th scope="row" colSpan={2}>
            {t("total")}
          </th>
          <td>{money(reservation.total)}</td>
        </tr>
      </tfoot>
    </table>
  );
}
