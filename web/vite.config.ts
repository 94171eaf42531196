import { defineConfig } from "vite";

export default defineConfig({
  base: "/graphiql/",
  worker: { format: "es" },
  build: {
    target: "es2023",
    // Everything is a file of our own: the page's policy allows no data: in its place.
    assetsInlineLimit: 0,
    // Monaco is large, and it is loaded by those alone who open the explorer.
    chunkSizeWarningLimit: 8000,
  },
});
