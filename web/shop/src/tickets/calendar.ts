// A calendar file (RFC 5545) for one session.

export interface Appointment {
  id: string;
  startsAt: string;
  endsAt: string;
  title: string;
  place: string;
  details: string;
}

function escaped(text: string): string {
  return text.replace(/[\\;,]/g, "\\$&").replace(/\r?\n/g, "\\n");
}

function utc(moment: string | Date): string {
  return new Date(moment).toISOString().replace(/[-:]|\.\d+/g, "");
}

/** Lines have at most 75 bytes; a longer one goes on behind a space. */
function folded(line: string): string {
  const encoder = new TextEncoder();
  const parts: string[] = [];
  let part = "";
  for (const letter of line) {
    if (encoder.encode(part + letter).length > 75) {
      parts.push(part);
      part = " ";
    }
    part += letter;
  }
  return [...parts, part].join("\r\n");
}

export function calendarFile({ id, startsAt, endsAt, title, place, details }: Appointment, now = new Date()): string {
  const lines = [
    "BEGIN:VCALENDAR",
    "VERSION:2.0",
    "PRODID:-//Cinema tickets//EN",
    "BEGIN:VEVENT",
    `UID:${id}@cinema-tickets`,
    `DTSTAMP:${utc(now)}`,
    `DTSTART:${utc(startsAt)}`,
    `DTEND:${utc(endsAt)}`,
    `SUMMARY:${escaped(title)}`,
    `LOCATION:${escaped(place)}`,
    `DESCRIPTION:${escaped(details)}`,
    "END:VEVENT",
    "END:VCALENDAR",
    "",
  ];
  return lines.map(folded).join("\r\n");
}
