import { defineConfig } from "vite";

export default defineConfig({
  base: "/graphiql/",
  worker: { format: "es" },
  build: {
    target: "es2023",
    // The content security policy of the page does not allow data: URLs.
    assetsInlineLimit: 0,
    // Monaco is large, but only the explorer loads it.
    chunkSizeWarningLimit: 8000,
    // Their licences ask that their texts go with copies.
    license: { fileName: "licences.md" },
  },
});
