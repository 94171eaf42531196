// Which movie, when and where: above every page of a purchase.
import { DAY, local, t, TIME } from "../i18n";

interface Session {
  id: string;
  startsAtLocal: string;
  movie: { title: string };
  room: { name: string };
  cinema: { name: string };
}

export function SessionLine({ session }: { session: Session }) {
  return (
    <p class="session-line">
      <span>
        {local(session.startsAtLocal.slice(0, 10), DAY)}, <strong>{local(session.startsAtLocal, TIME)}</strong>
      </span>
      <span>{t("session_where", { cinema: session.cinema.name, room: session.room.name })}</span>
    </p>
  );
}
