import { readFile, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { brotliCompress, gzip } from "node:zlib";
import { type Plugin, defineConfig } from "vite";

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

export default defineConfig({
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  plugins: [compressed()],
  // `npm run dev` beside a `make run`.
  server: { proxy: { "/graphql": { target: process.env.API ?? "http://127.0.0.1:3333", ws: true } } },
  build: {
    target: "es2023",
    // The content security policy of the page allows no data: URL but for images.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // Their licences ask that their texts go with copies.
    license: { fileName: "licences.md" },
  },
});
