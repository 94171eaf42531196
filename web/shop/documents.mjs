// Writes src/api/generated: the types of src/api/documents, which it checks against the schema, and their hashes.
// The order of files is that of their names, so the same documents give the same files.
import { mkdir, readFile, readdir, writeFile } from "node:fs/promises";
import { preset } from "@graphql-codegen/client-preset";
import { codegen } from "@graphql-codegen/core";
import { buildSchema, parse, validate } from "graphql";

const here = new URL("./", import.meta.url);
const folder = new URL("src/api/documents/", here);
const schema = buildSchema(await readFile(new URL("../../schema/schema.graphql", here), "utf8"));

const documents = [];
for (const name of (await readdir(folder)).filter((each) => each.endsWith(".graphql")).sort()) {
  const rawSDL = await readFile(new URL(name, folder), "utf8");
  documents.push({ location: name, document: parse(rawSDL), rawSDL });
}
const all = { kind: "Document", definitions: documents.flatMap(({ document }) => document.definitions) };
const faults = validate(schema, all);
if (faults.length) {
  console.error(faults.map(String).join("\n\n"));
  process.exit(1);
}

const files = await preset.buildGeneratesSection({
  baseOutputDir: "src/api/generated/",
  schema: parse(await readFile(new URL("../../schema/schema.graphql", here), "utf8")),
  schemaAst: schema,
  documents,
  plugins: [],
  pluginMap: {},
  pluginContext: {},
  config: {
    documentMode: "string",
    enumsAsTypes: true,
    useTypeImports: true,
    scalars: { ID: "string", DateTime: "string", Date: "string" },
    strictScalars: true,
    dedupeFragments: true,
  },
  presetConfig: { fragmentMasking: false, persistedDocuments: { hashAlgorithm: "sha256" } },
});
const written = {};
for (const file of files) {
  const name = file.filename.split("/").at(-1);
  written[name] = await codegen({ ...file, schemaAst: file.schemaAst ?? schema });
}
// The hashes are those of the texts in this file, without spaces and in another order: the page sends these.
const texts = JSON.parse(written["persisted-documents.json"]);
const types = written["graphql.ts"].replace(
  /new TypedDocumentString\(`[^`]*`, \{[^}]*"hash":"(sha256:(\w+))"[^}]*\}\)/g,
  (_, key, hash) => `/*#__PURE__*/ new TypedDocumentString(${JSON.stringify(texts[key])}, {"hash":"${hash}"})`,
);
const folderOfTypes = new URL("src/api/generated/", here);
await mkdir(folderOfTypes, { recursive: true });
await writeFile(new URL("graphql.ts", folderOfTypes), types);

// What operators let the page send, who allow registered documents alone.
const file = new URL("../../deploy/kubernetes/programs/trusted-documents.json", here);
const registered = JSON.parse(await readFile(file, "utf8").catch(() => "null"));
const added = Object.entries(texts).map(([key, text]) => [key.split(":")[1], text]);
if (process.argv.includes("--register")) {
  await writeFile(file, `${JSON.stringify({ ...registered, ...Object.fromEntries(added) }, null, 2)}\n`);
} else if (process.argv.includes("--check") && added.some(([key]) => !(key in registered))) {
  console.error("Not all documents of the page are registered: run `make documents`.");
  process.exit(1);
}
