import { t } from "../i18n";
import type { Movie } from "../programme";

/** Rating, running time and genres, on one line. */
export function MovieFacts({ movie }: { movie: Pick<Movie, "rating" | "durationMinutes" | "genres"> }) {
  return (
    <p class="facts">
      {movie.rating && <abbr class="rating" title={t("age_rating", { rating: movie.rating })}>{movie.rating}</abbr>}
      <span>{t("minutes", { count: movie.durationMinutes })}</span>
      {movie.genres.length > 0 && <span>{movie.genres.join(", ")}</span>}
    </p>
  );
}
