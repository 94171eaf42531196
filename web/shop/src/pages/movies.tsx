// The first page: what a cinema shows on a day.
import { useEffect } from "preact/hooks";
import { SearchMoviesDocument, type SessionFilter } from "../api/generated/graphql";
import { ask } from "../api/http";
import { type Cinema, readCinemas } from "../cinemas";
import { grouped } from "../grouped";
import { DAY, dayIn, local, locale, t } from "../i18n";
import { Failure, Heading, Waiting } from "../page";
import { CinemaChoice } from "../parts/cinema-choice";
import { MovieFacts } from "../parts/movie-facts";
import { Poster } from "../parts/poster";
import { SessionList, useAvailability } from "../parts/session-list";
import { type Session, chooseCinema, cinemaOf, daysFrom, folded, programmeOf } from "../programme";
import { useLoad } from "../query";
import { navigate, place, rename } from "../router";

const DAYS = 14;

function address(cinema: string, day: string, search = ""): string {
  return `/?${new URLSearchParams({ cinema, ...(day && { day }), ...(search && { q: search }) })}`;
}

export function Movies() {
  const { data, failure, retry } = useLoad("cinemas", readCinemas);
  const cinemas = data ?? [];
  const cinema = cinemaOf(cinemas, place.value.query);
  useEffect(() => {
    if (cinema && place.value.query.has("cinema")) chooseCinema(cinema.id);
  }, [cinema?.id]);
  return (
    <>
      <Heading>{t("movies")}</Heading>
      {failure ? <Failure text={failure} retry={retry} /> : !data && <Waiting />}
      {data && !cinema && <p>{t("no_cinema")}</p>}
      {cinema && <Programme cinemas={cinemas} cinema={cinema} />}
    </>
  );
}

function Programme({ cinemas, cinema }: { cinemas: Cinema[]; cinema: Cinema }) {
  const search = place.value.query.get("q") ?? "";
  const days = daysFrom(dayIn(cinema.timeZone), DAYS);
  const today = days[0] as string;
  const asked = days.find((each) => each === place.value.query.get("day")) ?? "";
  const { data, failure, retry } = useLoad(`${cinema.id} ${today} ${asked}`, (signal) => programmeOf(cinema.id, asked || today, !!asked, signal));
  const { day, sessions, next } = data ?? { day: asked || today, sessions: undefined, next: null };
  const words = folded(search).split(/\s+/).filter(Boolean);
  const shown = sessions?.filter(({ movie }) => words.every((word) => folded(movie.title).includes(word)));
  return (
    <>
      <div class="tools">
        <CinemaChoice cinemas={cinemas} chosen={cinema.id} onChoose={(id) => navigate(address(id, asked, search))} />
        <div>
          <label for="search">{t("search")}</label>
          <input
            id="search"
            type="search"
            value={search}
            maxLength={200}
            autocomplete="off"
            onInput={(event) => rename(address(cinema.id, asked, event.currentTarget.value))}
          />
        </div>
      </div>
      <Days days={days.includes(day) ? days : [...days, day]} day={day} href={(other) => address(cinema.id, other, search)} />
      {failure ? <Failure text={failure} retry={retry} /> : !shown && <Waiting />}
      {!asked && day !== today && (
        <p class="hint" role="status">
          {t("today_is_over", { day: local(day, DAY) })}
        </p>
      )}
      {sessions?.length === 0 && (
        <p class="empty">
          {t("no_sessions", { day: local(day, DAY) })}{" "}
          {next && days.includes(next) && (
            <a class="button main" href={address(cinema.id, next, search)}>
              {t("to_day", { day: local(next, DAY) })}
            </a>
          )}
        </p>
      )}
      {shown && <MovieList sessions={shown} filter={{ cinemaId: cinema.id, date: day }} />}
      {sessions && words.length > 0 && <Elsewhere search={search} known={new Set(shown?.map(({ movie }) => movie.id))} />}
    </>
  );
}

function Days({ days, day, href }: { days: string[]; day: string; href: (day: string) => string }) {
  return (
    <nav class="days" aria-label={t("day")}>
      {days.map((each, number) => (
        <a key={each} href={href(each)} aria-current={each === day ? "date" : undefined}>
          <span>{number === 0 ? t("today") : local(each, { weekday: "short" })}</span>
          <strong>{local(each, { day: "numeric" })}</strong>
          <span>{local(each, { month: "short" })}</span>
        </a>
      ))}
    </nav>
  );
}

function MovieList({ sessions, filter }: { sessions: Session[]; filter: SessionFilter }) {
  const availability = useAvailability(filter);
  const byTitle = new Intl.Collator(locale.value).compare;
  const movies = grouped(sessions, ({ movie }) => movie.id).sort(([, [one]], [, [two]]) => byTitle(one?.movie.title ?? "", two?.movie.title ?? ""));
  return (
    <ul class="movies">
      {movies.map(([id, [first, ...others]]) => {
        if (!first) return null;
        const { movie } = first;
        return (
          <li key={id} class="movie">
            <a class="picture" href={`/movies/${id}`} tabIndex={-1} aria-hidden="true">
              <Poster title={movie.title} />
            </a>
            <div>
              <h2>
                <a href={`/movies/${id}`}>{movie.title}</a>
              </h2>
              <MovieFacts movie={movie} />
              <p class="synopsis">{movie.synopsis}</p>
              <SessionList sessions={[first, ...others]} availability={availability} />
            </div>
          </li>
        );
      })}
    </ul>
  );
}

/** Movies that are found by the search, but not shown on this day. */
function Elsewhere({ search, known }: { search: string; known: Set<string> }) {
  const { data } = useLoad(search, async (signal) => {
    await new Promise((resolve) => setTimeout(resolve, 250)); // they may be typing
    signal.throwIfAborted();
    return ask(SearchMoviesDocument, { search }, { signal });
  });
  const others = data?.movies.edges.map(({ node }) => node).filter(({ id }) => !known.has(id));
  if (!others) return null;
  if (!others.length) return known.size ? null : <p class="empty" role="status">{t("nothing_found", { search })}</p>;
  return (
    <section>
      <h2>{t("on_other_days")}</h2>
      <ul class="movies">
        {others.map((movie) => (
          <li key={movie.id} class="movie">
            <a class="picture" href={`/movies/${movie.id}`} tabIndex={-1} aria-hidden="true">
              <Poster title={movie.title} />
            </a>
            <div>
              <h3>
                <a href={`/movies/${movie.id}`}>{movie.title}</a>
              </h3>
              <MovieFacts movie={movie} />
            </div>
          </li>
        ))}
      </ul>
    </section>
  );
}
