// Texts, and how numbers, money and times are written, in the language of the visitor.
import { computed, signal } from "@preact/signals";
import { ofBrowser } from "../storage";
import type en from "./en.json";

export type TextKey = keyof typeof en;
/** A text that depends on `count` has one for each plural form of its language. */
type Texts = Record<TextKey, string | { one: string; other: string; many?: string }>;
type Facts = Record<string, string | number>;

export const LOCALES = { en: "English", "pt-BR": "Português", es: "Español" } as const;
export type Locale = keyof typeof LOCALES;

const KEY = "shop:locale";
/** Each is a file of its own: nobody loads two. */
const LOADERS: Record<Locale, () => Promise<{ default: unknown }>> = {
  en: () => import("./en.json"),
  "pt-BR": () => import("./pt-BR.json"),
  es: () => import("./es.json"),
};

export const locale = signal<Locale>("en");
const texts = signal({} as Texts);
/** How numbers, money and times are written: as in the browser's region, where that has the language of the page. */
const region = computed(() => navigator.languages.find((tag) => languageOf(tag) === languageOf(locale.value)) ?? locale.value);

/** Empty for tags that Intl refuses, which some systems have, such as en-US@posix. */
function languageOf(tag: string): string {
  try {
    return new Intl.Locale(tag).language;
  } catch {
    return "";
  }
}

function isLocale(value: unknown): value is Locale {
  return typeof value === "string" && value in LOCALES;
}

/** The one that was chosen, or else the first of the browser's that we have. */
function wanted(): Locale {
  const kept = ofBrowser.get(KEY);
  if (isLocale(kept)) return kept;
  for (const tag of navigator.languages) {
    const language = languageOf(tag);
    if (language === "pt") return "pt-BR";
    if (language === "es" || language === "en") return language;
  }
  return "en";
}

async function use(next: Locale): Promise<void> {
  texts.value = (await LOADERS[next]()).default as Texts;
  locale.value = next;
  document.documentElement.lang = next;
}

/** English where the texts of another language cannot be loaded. */
export function startLocale(): Promise<void> {
  locale.value = wanted(); // questions to the API do not wait for the texts
  return use(locale.value).catch(() => use("en"));
}

export async function chooseLocale(next: Locale): Promise<void> {
  ofBrowser.set(KEY, next);
  await use(next);
}

export function t(key: TextKey, facts: Facts = {}): string {
  const text = texts.value[key];
  let chosen = text as string;
  if (typeof text !== "string") {
    const form = once("plural", () => new Intl.PluralRules(locale.value)).select(Number(facts.count));
    chosen = text[form as "one"] ?? text.other;
  }
  return chosen.replace(/\{(\w+)\}/g, (_, name: string) => {
    const fact = facts[name] ?? "";
    return typeof fact === "number" ? once("number", () => new Intl.NumberFormat(region.value)).format(fact) : fact;
  });
}

export function money({ amountMinor, currency }: { amountMinor: number; currency: string }): string {
  const [format, unit] = once(currency, () => {
    const format = new Intl.NumberFormat(region.value, { style: "currency", currency, currencyDisplay: "narrowSymbol" });
    return [format, 10 ** (format.resolvedOptions().maximumFractionDigits ?? 2)] as const;
  });
  return format.format(amountMinor / unit);
}

/** Of a cinema's own date and time without an offset (startsAtLocal), or of its day. */
export function local(text: string, options: Intl.DateTimeFormatOptions): string {
  const moment = new Date(text.length === 10 ? `${text}T00:00Z` : `${text}Z`);
  return dates({ ...options, timeZone: "UTC" }).format(moment);
}

export const TIME: Intl.DateTimeFormatOptions = { hour: "numeric", minute: "2-digit" };
export const DAY: Intl.DateTimeFormatOptions = { weekday: "long", day: "numeric", month: "long" };

/** Of a moment (startsAt), on the clock of this device or of a named zone. */
export function moment(text: string, options: Intl.DateTimeFormatOptions, timeZone?: string): string {
  return dates({ ...options, ...(timeZone ? { timeZone } : {}) }).format(new Date(text));
}

/** The calendar day of a moment on a clock, as 2026-11-29. */
export function dayIn(timeZone: string, moment = new Date()): string {
  const parts = dates({ timeZone, calendar: "gregory", numberingSystem: "latn", year: "numeric", month: "2-digit", day: "2-digit" }).formatToParts(moment);
  const part = (name: string) => parts.find(({ type }) => type === name)?.value;
  return `${part("year")}-${part("month")}-${part("day")}`;
}

function dates(options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  return once(JSON.stringify(options), () => new Intl.DateTimeFormat(region.value, options));
}

const formats = new Map<string, unknown>();

/** To make a format takes longer than to use it a hundred times: each is kept. */
function once<F>(name: string, make: () => F): F {
  const key = `${locale.value} ${name}`;
  if (!formats.has(key)) formats.set(key, make());
  return formats.get(key) as F;
}
