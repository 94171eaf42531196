// Tickets change hands by a link, which works once.
import { signal } from "@preact/signals";
import { useEffect, useState } from "preact/hooks";
import { explain } from "../api/errors";
import { AcceptTicketDocument, OfferTicketDocument } from "../api/generated/graphql";
import { ask } from "../api/http";
import { tokens } from "../api/tokens";
import { takeCode } from "../codes";
import { moment, t } from "../i18n";
import { Failure } from "../page";
import { place } from "../router";
import { ofTab } from "../storage";
import type { Ticket } from "./mine";

const OFFER = "shop:offer";
/** How many were accepted on this page: the list is read again. */
export const accepted = signal(0);

export function seatName({ seat }: Pick<Ticket, "seat">): string {
  return t("seat_place", { row: seat.row, number: String(seat.number) });
}

export function PassOn({ valid }: { valid: Ticket[] }) {
  return (
    <details>
      <summary>{t("pass_on")}</summary>
      <p>{t("pass_on_intro")}</p>
      <ul class="rows">
        {valid.map((ticket) => (
          <li key={ticket.id}>
            <OneOffer ticket={ticket} />
          </li>
        ))}
      </ul>
    </details>
  );
}

function OneOffer({ ticket }: { ticket: Ticket }) {
  const [offer, setOffer] = useState<{ link: string; expiresAt: string } | null>(null);
  const [failure, setFailure] = useState("");
  const [isCopied, setCopied] = useState(false);
  const make = async () => {
    const { transferTicket } = await ask(OfferTicketDocument, { ticketId: ticket.id });
    if (transferTicket.__typename !== "TicketOffer") return setFailure(transferTicket.message);
    setFailure("");
    // Of this page, also where the API does not know its address.
    setOffer({ ...transferTicket, link: new URL(transferTicket.link, location.href).href });
  };
  const seat = seatName(ticket);
  if (failure) return <Failure text={failure} retry={() => setFailure("")} />;
  if (!offer) {
    return (
      <>
        {seat}
        <button type="button" class="button" aria-label={t("make_link_for", { seat })} onClick={() => make().catch((error: unknown) => setFailure(explain(error)))}>
          {t("make_link")}
        </button>
      </>
    );
  }
  return (
    <label class="offer">
      {t("link_for", { seat, when: moment(offer.expiresAt, { dateStyle: "medium", timeStyle: "short" }) })}
      <input readOnly value={offer.link} onFocus={(event) => event.currentTarget.select()} />
      {"clipboard" in navigator && (
        <button type="button" class="button" onClick={() => void navigator.clipboard.writeText(offer.link).then(() => setCopied(true))}>
          {t("copy_link")}
        </button>
      )}
      <span role="status">{isCopied && t("copied")}</span>
    </label>
  );
}

/** For who was sent a link. They may have to sign in first. */
export function Offer() {
  const [token, setToken] = useState("");
  // Also of a link that is opened while this page is shown.
  useEffect(() => setToken(takeCode(OFFER)), [place.value]);
  const [failure, setFailure] = useState("");
  if (!token) return null;
  const leave = () => {
    ofTab.remove(OFFER);
    setToken("");
  };
  const accept = async () => {
    const { acceptTicket } = await ask(AcceptTicketDocument, { token });
    if (acceptTicket.__typename !== "Ticket") return setFailure(acceptTicket.message);
    leave();
    accepted.value += 1;
  };
  return (
    <section class="card" aria-labelledby="offer">
      <h2 id="offer">{t("offered")}</h2>
      {failure ? <Failure text={failure} retry={() => setFailure("")} /> : <p>{t(tokens.value ? "offered_intro" : "offered_sign_in")}</p>}
      <div class="buttons">
        {tokens.value && !failure && (
          <button type="button" class="button main" onClick={() => accept().catch((error: unknown) => setFailure(explain(error)))}>
            {t("accept_ticket")}
          </button>
        )}
        {(tokens.value || failure) && (
          <button type="button" class="button" onClick={leave}>
            {t("not_now")}
          </button>
        )}
      </div>
    </section>
  );
}
