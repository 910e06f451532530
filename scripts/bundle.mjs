// One TypeScript script of this project as one file that Node runs.
import { readFile } from "node:fs/promises";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";

/** In the bundle `import.meta.url` still names the source file: data is found relative to it. */
const sourceUrls = {
  name: "source-urls",
  setup({ onLoad }) {
    onLoad({ filter: /[\\/](bench|test)[\\/].*\.ts$/ }, async ({ path }) => {
      const text = await readFile(path, "utf8");
      return {
        contents: text.replaceAll("import.meta.url", JSON.stringify(pathToFileURL(path))),
        loader: "ts",
      };
    });
  },
};

/** Bundles `file` with all that it imports to `outfile`. */
export async function bundle(file, outfile) {
  await build({
    entryPoints: [file],
    outfile,
    bundle: true,
    // `benchmark` and `workerpool` do not survive bundling; the compiler is large
    external: ["benchmark", "workerpool", "assemblyscript"],
    platform: "node",
    format: "esm",
    target: "node20",
    sourcemap: "inline",
    plugins: [sourceUrls],
  });
}
