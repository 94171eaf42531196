import { useId } from "preact/hooks";
import type { Cinema } from "../cinemas";
import { t } from "../i18n";
import { chooseCinema } from "../programme";

export function CinemaChoice({ cinemas, chosen, onChoose }: { cinemas: Cinema[]; chosen: string; onChoose?: (id: string) => void }) {
  const id = useId();
  return (
    <div>
      <label for={id}>{t("cinema")}</label>
      <select
        id={id}
        value={chosen}
        onChange={(event) => {
          chooseCinema(event.currentTarget.value);
          onChoose?.(event.currentTarget.value);
        }}
      >
        {cinemas.map(({ id, name, city }) => (
          <option key={id} value={id}>
            {name} · {city}
          </option>
        ))}
      </select>
    </div>
  );
}
