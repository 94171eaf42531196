// The viewer's tickets: their codes for the door, a calendar file, and giving them back.
import { useEffect } from "preact/hooks";
import { isPassing } from "../api/errors";
import { GiveBackDocument, type TicketStatus } from "../api/generated/graphql";
import { ask } from "../api/http";
import { account, tokens } from "../api/tokens";
import { DAY, TIME, type TextKey, local, money, moment, t } from "../i18n";
import { Failure, Heading, NobodyIsSignedIn, Waiting } from "../page";
import { Form } from "../parts/form";
import { saveFile } from "../parts/save-file";
import { useLoad } from "../query";
import { calendarFile } from "../tickets/calendar";
import { keep, kept, workOffline } from "../tickets/kept";
import { type Group, type Ticket, myTickets } from "../tickets/mine";
import { Offer, PassOn, accepted, seatName } from "../tickets/pass-on";
import { Qr } from "../tickets/qr";

const STATUSES: Record<TicketStatus, TextKey> = {
  RESERVED: "ticket_reserved",
  VALID: "ticket_valid",
  USED: "ticket_used",
  REFUNDED: "ticket_refunded",
  VOID: "ticket_void",
};

export function Tickets() {
  useEffect(workOffline, []);
  return (
    <>
      <Heading>{t("my_tickets")}</Heading>
      <Offer />
      {tokens.value ? <OfViewer key={`${account.value} ${accepted.value}`} /> : <NobodyIsSignedIn next="/tickets" />}
    </>
  );
}

async function load(signal: AbortSignal): Promise<{ groups: Group[]; isOld: boolean }> {
  try {
    const groups = await myTickets(signal);
    signal.throwIfAborted(); // they may have signed out
    await keep(groups);
    return { groups, isOld: false };
  } catch (error) {
    const old = isPassing(error) ? await kept() : null;
    if (!old) throw error;
    return { groups: old, isOld: true };
  }
}

function OfViewer() {
  const { data, failure, retry } = useLoad("tickets", load);
  if (failure) return <Failure text={failure} retry={retry} />;
  if (!data) return <Waiting />;
  const byStart = (one: Group, two: Group) => one.session.startsAt.localeCompare(two.session.startsAt);
  const isOver = ({ session }: Group) => Date.parse(session.endsAt) < Date.now();
  const coming = data.groups.filter((each) => !isOver(each)).sort(byStart);
  const over = data.groups.filter(isOver).sort(byStart).reverse();
  return (
    <>
      {data.isOld && (
        <p class="failure" role="status">
          {t("tickets_offline")}
        </p>
      )}
      {coming.length === 0 && (
        <p class="empty">
          {t("no_tickets")} <a href="/">{t("to_the_movies")}</a>
        </p>
      )}
      {coming.map((group) => (
        <OfSession key={group.id} group={group} again={retry} />
      ))}
      {over.length > 0 && (
        <details>
          <summary>{t("past_tickets")}</summary>
          {over.map((group) => (
            <OfSession key={group.id} group={group} again={retry} />
          ))}
        </details>
      )}
    </>
  );
}

function OfSession({ group, again }: { group: Group; again: () => void }) {
  const { session, tickets, payment } = group;
  const { cinema, movie } = session;
  const valid = tickets.filter(({ status, isGone }) => status === "VALID" && !isGone);
  return (
    <article class="card bought" aria-labelledby={`of-${group.id}`}>
      <header>
        <h2 id={`of-${group.id}`}>
          <a href={`/movies/${movie.id}`}>{movie.title}</a>
        </h2>
        <p>
          <time dateTime={session.startsAt}>
            {local(session.startsAtLocal, DAY)}, {local(session.startsAtLocal, TIME)}
          </time>
          {session.status === "CANCELLED" && <span class="badge"> {t("session_cancelled")}</span>}
          <br />
          {session.room.name} · {cinema.name}, {cinema.address}, {cinema.city}
        </p>
      </header>
      <ul class="tickets">
        {tickets.map((ticket) => (
          <OneTicket key={ticket.id} ticket={ticket} />
        ))}
      </ul>
      {payment?.refunds.map(({ id, status, amount }) => (
        <p key={id} class="hint">
          {t(status === "SUCCEEDED" ? "refund_succeeded" : status === "FAILED" ? "refund_failed" : "refund_pending", { amount: money(amount) })}
        </p>
      ))}
      {valid.length > 0 && (
        <div class="buttons">
          <button type="button" class="button" onClick={() => saveCalendar(group)}>
            {t("add_to_calendar")}
          </button>
        </div>
      )}
      {valid.length > 0 && group.isBought && <GiveBack group={group} valid={valid} again={again} />}
      {valid.length > 0 && <PassOn valid={valid} />}
    </article>
  );
}

function OneTicket({ ticket }: { ticket: Ticket }) {
  const isGood = ticket.status === "VALID" && !ticket.isGone;
  return (
    <li class={isGood ? "ticket" : "ticket gone"}>
      {ticket.code && isGood && <Qr code={ticket.code} label={t("qr_of", { seat: seatName(ticket) })} />}
      <div>
        <strong>{seatName(ticket)}</strong>
        <p>
          {ticket.ticketType.name} · {money(ticket.price)}
        </p>
        {ticket.ticketType.proofRequired && <p class="hint">{t("proof_required")}</p>}
        <span class={isGood ? "badge good" : "badge gone"}>{t(ticket.isGone ? "ticket_passed_on" : STATUSES[ticket.status])}</span>
      </div>
    </li>
  );
}

function saveCalendar({ session, tickets }: Group): void {
  const { cinema } = session;
  const text = calendarFile({
    id: session.id,
    startsAt: session.startsAt,
    endsAt: session.endsAt,
    title: session.movie.title,
    place: `${cinema.name}, ${cinema.address}, ${cinema.city}`,
    details: `${session.room.name}\n${tickets.map(seatName).join("\n")}`,
  });
  saveFile("session.ics", "text/calendar", text);
}

/** Until some hours before the start, by the server's clock: it decides. */
function GiveBack({ group, valid, again }: { group: Group; valid: Ticket[]; again: () => void }) {
  const { cinema, startsAt } = group.session;
  const until = new Date(Date.parse(startsAt) - cinema.refundHoursBeforeStart * 3_600_000);
  if (until.getTime() < Date.now()) return <p class="hint">{t("refund_too_late")}</p>;
  return (
    <details>
      <summary>{t("give_back")}</summary>
      <p>{t("give_back_until", { when: moment(until.toISOString(), { dateStyle: "medium", timeStyle: "short" }, cinema.timeZone) })}</p>
      <Form
        button={t("give_back")}
        submit={async (values) => {
          const ticketIds = valid.map(({ id }) => id).filter((id) => values[id] === "on");
          if (!ticketIds.length) return { message: t("choose_tickets") };
          // The same tickets are given back once, however often this is sent.
          const { refundTickets } = await ask(GiveBackDocument, { input: { reservationId: group.id, ticketIds, reason: t("refund_reason") } });
          if (refundTickets.__typename !== "Refund") return refundTickets;
          again();
          return null;
        }}
      >
        <fieldset>
          <legend>{t("which_tickets")}</legend>
          {valid.map((ticket) => (
            <label key={ticket.id} class="check">
              <input type="checkbox" name={ticket.id} defaultChecked /> {seatName(ticket)} · {ticket.ticketType.name} · {money(ticket.price)}
            </label>
          ))}
        </fieldset>
      </Form>
    </details>
  );
}
