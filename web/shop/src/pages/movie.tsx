// One movie, and when a cinema shows it.
import { MovieDocument, type SessionFilter } from "../api/generated/graphql";
import { readCinemas } from "../cinemas";
import { grouped } from "../grouped";
import { DAY, local, t } from "../i18n";
import { Failure, FailurePage, Heading, Waiting } from "../page";
import { CinemaChoice } from "../parts/cinema-choice";
import { MovieFacts } from "../parts/movie-facts";
import { Poster } from "../parts/poster";
import { SessionList, useAvailability } from "../parts/session-list";
import { chosenCinema, sessionsOf } from "../programme";
import { useLoad, useQuery } from "../query";
import { place } from "../router";
import { NotFound } from "./not-found";

export function Movie() {
  const { data, failure, retry } = useQuery(MovieDocument, { id: place.value.id });
  if (failure) return <FailurePage text={failure} retry={retry} />;
  if (!data) return <Waiting />;
  const { movie } = data;
  if (!movie) return <NotFound />;
  return (
    <>
      <div class="movie alone">
        <div class="picture">
          <Poster title={movie.title} />
        </div>
        <div>
          <Heading>{movie.title}</Heading>
          <MovieFacts movie={movie} />
          <p class="synopsis">{movie.synopsis}</p>
        </div>
      </div>
      <Showings movieId={movie.id} />
    </>
  );
}

function Showings({ movieId }: { movieId: string }) {
  const { data, failure, retry } = useLoad("cinemas", readCinemas);
  if (failure) return <Failure text={failure} retry={retry} />;
  const cinemas = data ?? [];
  const cinema = cinemas.find(({ id }) => id === chosenCinema.value) ?? cinemas[0];
  if (!cinema) return data ? <p>{t("no_cinema")}</p> : <Waiting />;
  return (
    <section aria-labelledby="showings">
      <h2 id="showings">{t("sessions")}</h2>
      <div class="tools">
        <CinemaChoice cinemas={cinemas} chosen={cinema.id} />
      </div>
      <DaysOfMovie key={cinema.id} filter={{ movieId, cinemaId: cinema.id, startsAfter: new Date(Date.now() - 3_600_000).toISOString().slice(0, 14) + "00:00Z" }} />
    </section>
  );
}

function DaysOfMovie({ filter }: { filter: SessionFilter }) {
  const { data: sessions, failure, retry } = useLoad(JSON.stringify(filter), (signal) => sessionsOf(filter, signal));
  const availability = useAvailability(filter);
  if (failure) return <Failure text={failure} retry={retry} />;
  if (!sessions) return <Waiting />;
  if (!sessions.length) return <p class="empty">{t("no_sessions_of_movie")}</p>;
  return (
    <>
      {grouped(sessions, ({ startsAtLocal }) => startsAtLocal.slice(0, 10)).map(([day, ofDay]) => (
        <section key={day}>
          <h3 class="day">{local(day, DAY)}</h3>
          <SessionList sessions={ofDay} availability={availability} />
        </section>
      ))}
    </>
  );
}
