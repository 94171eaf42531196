// Unpacks the Chromium of @sparticuz/chromium into node_modules/.chromium, with its fonts and its libraries: it
// needs no other than the C library. The package's own code unpacks into /tmp, and for one cloud only.
import { execFileSync } from "node:child_process";
import { createReadStream, createWriteStream } from "node:fs";
import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import { fileURLToPath } from "node:url";
import { createBrotliDecompress } from "node:zlib";
import { extract } from "tar-fs";

const modules = fileURLToPath(new URL("node_modules/", import.meta.url));
const folder = `${modules}.chromium`;
const half = `${folder}.half`;

async function unpack(name, target) {
  const packed = `${modules}@sparticuz/chromium/bin/${name}.br`;
  await pipeline(createReadStream(packed), createBrotliDecompress(), target);
}

await rm(folder, { recursive: true, force: true });
await mkdir(half, { recursive: true });
await unpack("chromium", createWriteStream(`${half}/chromium`, { mode: 0o755 }));
await unpack("al2023.tar", extract(half)); // lib/
await unpack("swiftshader.tar", extract(half));
await unpack("fonts.tar", extract(half)); // fonts/
await writeFile(`${half}/fonts.conf`, `<fontconfig><dir>${folder}/fonts</dir></fontconfig>\n`);
const env = { ...process.env, LD_LIBRARY_PATH: `${half}/lib` };
execFileSync(`${half}/chromium`, ["--version"], { env, stdio: ["ignore", "ignore", "inherit"] });
await rename(half, folder);
