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
  return use(wanted()).catch(() => use("en"));
}

export async function chooseLocale(next: Locale): Promise<void> {
  ofBrowser.set(KEY, next);
  await use(next);
}

export function t(key: TextKey, facts: Facts = {}): string {
  const text = texts.value[key];
  let chosen = text as string;
  if (typeof text !== "string") {
    const form = new Intl.PluralRules(locale.value).select(Number(facts.count));
    chosen = text[form as "one"] ?? text.other;
  }
  return chosen.replace(/\{(\w+)\}/g, (_, name: string) => {
    const fact = facts[name] ?? "";
    return typeof fact === "number" ? new Intl.NumberFormat(region.value).format(fact) : fact;
  });
}

export function money({ amountMinor, currency }: { amountMinor: number; currency: string }): string {
  const format = new Intl.NumberFormat(region.value, { style: "currency", currency, currencyDisplay: "narrowSymbol" });
  return format.format(amountMinor / 10 ** (format.resolvedOptions().maximumFractionDigits ?? 2));
}

/** Of a cinema's own date and time without an offset (startsAtLocal), or of its day. */
export function local(text: string, options: Intl.DateTimeFormatOptions): string {
  const moment = new Date(text.length === 10 ? `${text}T00:00Z` : `${text}Z`);
  return new Intl.DateTimeFormat(region.value, { ...options, timeZone: "UTC" }).format(moment);
}

export const TIME: Intl.DateTimeFormatOptions = { hour: "numeric", minute: "2-digit" };
export const DAY: Intl.DateTimeFormatOptions = { weekday: "long", day: "numeric", month: "long" };

/** Of a moment (startsAt), on the clock of this device or of a named zone. */
export function moment(text: string, options: Intl.DateTimeFormatOptions, timeZone?: string): string {
  return new Intl.DateTimeFormat(region.value, { ...options, ...(timeZone ? { timeZone } : {}) }).format(new Date(text));
}
