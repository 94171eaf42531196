import { expect, it, vi } from "vitest";

vi.stubGlobal("document", { documentElement: {} });
vi.stubGlobal("navigator", { languages: ["en-GB"] });
vi.stubGlobal("localStorage", { getItem: () => null, setItem: () => {} });
const { chooseLocale, dayIn, local } = await import("./index");

const LATE = new Date("2026-11-29T01:30:00Z");
const { DateTimeFormat } = Intl;

it.each(["en", "pt-BR", "es"] as const)("knows the day of a clock, whatever people read: %s", async (language) => {
  await chooseLocale(language);

  expect(dayIn("America/Sao_Paulo", LATE)).toBe("2026-11-28");
  expect(dayIn("Europe/Lisbon", LATE)).toBe("2026-11-29");
});

it("makes a format once for each language", async () => {
  let made = 0;
  Intl.DateTimeFormat = class extends DateTimeFormat {
    constructor(...facts: ConstructorParameters<typeof DateTimeFormat>) {
      super(...facts);
      made += 1;
    }
  } as typeof DateTimeFormat;
  const month = () => local("2026-11-29", { month: "long" });
  await chooseLocale("es");
  const spanish = [month(), month()];
  await chooseLocale("pt-BR");

  expect([...spanish, month(), month()]).toEqual(["noviembre", "noviembre", "novembro", "novembro"]);
  expect(made).toBe(2);
  Intl.DateTimeFormat = DateTimeFormat;
});
