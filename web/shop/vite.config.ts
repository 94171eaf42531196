import { createHash } from "node:crypto";
import { readFile, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { brotliCompress, gzip } from "node:zlib";
import { type Plugin, defineConfig } from "vite";

/** The script that every page needs. */
const FIRST = "first";
const TEXTS = /\.(css|html|js|json|md|svg)$/;

/** Beside each file its compressed forms, which app/shop.py answers with. */
function compressed(): Plugin {
  let folder = "";
  return {
    name: "compressed",
    configResolved(config) {
      folder = config.build.outDir;
    },
    async closeBundle() {
      for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
        if (!entry.isFile() || !TEXTS.test(entry.name)) continue;
        const path = join(entry.parentPath, entry.name);
        const content = await readFile(path);
        await writeFile(`${path}.br`, await promisify(brotliCompress)(content));
        await writeFile(`${path}.gz`, await promisify(gzip)(content, { level: 9 }));
      }
    },
  };
}

/** The service worker, with the names of what /tickets needs. */
function worker(): Plugin {
  return {
    name: "worker",
    // After Vite has removed an entry without a line of its own.
    enforce: "post",
    async generateBundle(_, bundle) {
      const files = new Set<string>();
      const add = (name: string) => {
        const part = bundle[name];
        if (files.has(`/${name}`) || part?.type !== "chunk") return;
        files.add(`/${name}`);
        part.imports.forEach(add);
        for (const style of part.viteMetadata?.importedCss ?? []) files.add(`/${style}`);
      };
      for (const [name, part] of Object.entries(bundle)) {
        if (part.type === "chunk" && (part.name === FIRST || /(pages.tickets|i18n.*json)/.test(part.facadeModuleId ?? ""))) add(name);
      }
      const names = JSON.stringify([...files].sort());
      const version = createHash("sha256").update(names).digest("hex").slice(0, 12);
      const source = (await readFile("sw.js", "utf8")).replace("__VERSION__", version).replace("__FILES__", names);
      this.emitFile({ type: "asset", fileName: "sw.js", source });
    },
  };
}

type Modules = { getModuleInfo(id: string): { isEntry: boolean; importers: string[] } | null };

/** Whether the first page needs it. */
function isFirst(id: string, modules: Modules, seen = new Set<string>()): boolean {
  if (seen.has(id)) return false;
  seen.add(id);
  const info = modules.getModuleInfo(id);
  return info !== null && (info.isEntry || info.importers.some((other) => isFirst(other, modules, seen)));
}

export default defineConfig({
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  plugins: [worker(), compressed()],
  // `npm run dev` beside a `make run`.
  server: { proxy: { "/graphql": { target: process.env.API ?? "http://127.0.0.1:3333", ws: true } } },
  build: {
    target: "es2023",
    // The content security policy of the page allows no data: URL but for images.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // All that the first page needs is one file: it is compressed better, and asked for at once.
    rolldownOptions: { output: { codeSplitting: { groups: [{ name: (id, modules) => (isFirst(id, modules) ? FIRST : null) }] } } },
    // Their licences ask that their texts go with copies.
    license: { fileName: "licences.md" },
  },
});
