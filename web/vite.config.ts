import { defineConfig, type Plugin } from "vite";
import { contentSecurityPolicy } from "../src/cli/content-security-policy.ts";

/** In the built page only: the development server's hot reloading needs what the policy forbids. */
const securityPolicy: Plugin = {
  name: "content-security-policy",
  apply: "build",
  transformIndexHtml: () => [
    {
      tag: "meta",
      attrs: { "http-equiv": "Content-Security-Policy", content: contentSecurityPolicy },
      injectTo: "head-prepend",
    },
  ],
};

/** Relative paths: the built page works from any folder of any web host. */
export default defineConfig({
  root: import.meta.dirname,
  base: "./",
  plugins: [securityPolicy],
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  worker: { format: "es" },
  build: { outDir: "../dist/web", emptyOutDir: true, target: "es2022", modulePreload: { polyfill: false } },
});
