import { beforeEach, expect, it, vi } from "vitest";

vi.stubGlobal("document", { documentElement: {} });
const TIME = { hour: "numeric", minute: "2-digit" } as const;
const texts = { amountMinor: 123456, currency: "BRL" };

beforeEach(() => vi.resetModules());

async function shown(languages: string[], chosen?: "en" | "es" | "pt-BR"): Promise<string[]> {
  vi.stubGlobal("navigator", { languages });
  const { chooseLocale, local, locale, money, startLocale } = await import("./index");
  if (chosen) await chooseLocale(chosen);
  else await startLocale();
  const day = local("2026-11-29", { dateStyle: "short" });
  return [locale.value, local("2026-11-29T18:00", TIME), day, money(texts)].map((text) => text.replace(/\s/g, " "));
}

/** What Intl itself writes for a region: it differs between versions of its data. */
function written(tag: string): string[] {
  const as = (options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat(tag, { ...options, timeZone: "UTC" });
  const amount = new Intl.NumberFormat(tag, { style: "currency", currency: "BRL", currencyDisplay: "narrowSymbol" }).format(1234.56);
  const texts = [as(TIME).format(new Date("2026-11-29T18:00Z")), as({ dateStyle: "short" }).format(new Date("2026-11-29T00:00Z")), amount];
  return texts.map((text) => text.replace(/\s/g, " "));
}

it.each([
  [["en"], "en", "en"],
  [["en-US"], "en", "en-US"],
  [["en-GB", "en"], "en", "en-GB"],
  [["pt-BR"], "pt-BR", "pt-BR"],
  [["es-ES"], "es", "es-ES"],
  [["es-MX"], "es", "es-MX"],
  [["fr-FR", "en-GB"], "en", "en-GB"],
  [["en-US@posix", "es-ES"], "es", "es-ES"],
  [[], "en", "en"],
])("has the words and the numbers of %s", async (languages, words, region) => {
  expect(await shown(languages)).toEqual([words, ...written(region)]);
});

it("has another clock in London than in New York", async () => {
  expect((await shown(["en-GB"]))[1]).toBe("18:00");
  vi.resetModules();
  expect((await shown(["en-US"]))[1]).toBe("6:00 PM");
});

it("writes as the language does that was chosen, where the browser has another", async () => {
  expect(await shown(["en-GB"], "pt-BR")).toEqual(["pt-BR", ...written("pt-BR")]);
});
