// Fails when a text is missing in a language, when its facts differ, or when no source names it.
import { readFileSync, readdirSync } from "node:fs";

const here = new URL("src/", import.meta.url);
const read = (name) => readFileSync(new URL(name, here), "utf8");
const [en, ...others] = ["en", "pt-BR", "es"].map((name) => [name, JSON.parse(read(`i18n/${name}.json`))]);
const forms = (text) => (typeof text === "string" ? [text] : Object.values(text));
const facts = (text) => [...new Set(forms(text).flatMap((form) => form.match(/\{\w+\}/g) ?? []))].sort().join();
const sources = readdirSync(here, { recursive: true })
  .filter((name) => /\.tsx?$/.test(name) && !name.includes("generated"))
  .map(read)
  .join("\n");

const faults = [];
for (const [key, text] of Object.entries(en[1])) {
  if (!sources.includes(`"${key}"`)) faults.push(`en.json: ${key} is not used`);
  for (const [name, texts] of others) {
    if (!texts[key] || forms(texts[key]).some((form) => !form)) faults.push(`${name}.json: ${key} is missing`);
    else if (facts(texts[key]) !== facts(text)) faults.push(`${name}.json: ${key} has other facts than en.json`);
    else if (typeof texts[key] !== typeof text) faults.push(`${name}.json: ${key} has other forms than en.json`);
  }
}
for (const [name, texts] of others) {
  for (const key of Object.keys(texts)) if (!(key in en[1])) faults.push(`${name}.json: ${key} is not in en.json`);
}
if (faults.length) {
  console.error(faults.join("\n"));
  process.exit(1);
}
