import { resolve } from "node:path";
import { defineConfig } from "vite";
import { gzip } from "./build/gzip.ts";

// GraphiQL alone: one page under /graphiql, from files of our own, nothing from elsewhere.
export default defineConfig({
  root: resolve(import.meta.dirname, "graphiql"),
  base: "/graphiql/",
  build: {
    outDir: resolve(import.meta.dirname, "dist/graphiql"),
    emptyOutDir: true,
    // Monaco is one editor, and loaded after the page.
    chunkSizeWarningLimit: 4096,
    // What the bundled packages' licences ask for.
    license: { fileName: "licenses.md" },
    rolldownOptions: {
      // "use client" in packages that also run on servers.
      onwarn: (warning, warn) => warning.code === "MODULE_LEVEL_DIRECTIVE" || warn(warning),
    },
  },
  plugins: [gzip()],
});
