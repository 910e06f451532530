import { existsSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { optionsOfPlot } from "../../src/plot/catalogue";
import { plotNamed, plots } from "../../src/plot/index";
import { caseFit } from "./fits";
import { DATA, GALLERY, type GalleryPicture } from "./gallery";
import { picture } from "./picture";

// `npm run gallery` draws them again

const DOCS = fileURLToPath(new URL("../../docs/", import.meta.url));

test.each(GALLERY)("docs/gallery/$name.svg is what is drawn today", async ({ name, plot, id, options }) => {
  const { fit, data } = caseFit(id);
  const svg = plotNamed(plot).draw(fit, optionsOfPlot(plot, { ...options, data, theme: "auto" }));
  picture(svg);
  await expect(svg).toMatchFileSnapshot(`${DOCS}gallery/${name}.svg`);
});

test("docs/gallery.md shows them", async () => {
  await expect(page()).toMatchFileSnapshot(`${DOCS}gallery.md`);
});

test("every plot is in the gallery, and nothing else is in its folder", () => {
  expect(new Set(GALLERY.map(({ plot }) => plot))).toEqual(new Set(Object.keys(plots)));
  expect(existsSync(`${DOCS}gallery`)).toBe(true);
  expect(readdirSync(`${DOCS}gallery`).sort()).toEqual(GALLERY.map(({ name }) => `${name}.svg`).sort());
});

function page(): string {
  const sections = Object.entries(plots).map(([name, { title, describe }]) => {
    const shown = GALLERY.filter(({ plot }) => plot === name).map(entry);
    return `## ${title}\n\n${describe[0]!.toUpperCase()}${describe.slice(1)}.\n\n${shown.join("\n")}`;
  });
  return `# Gallery

Plots of published data, as \`drmeta/plot\` draws them. Each function takes a fit and returns an SVG string, in Node, in a
page and in a worker alike:

    import { forestPlot } from "drmeta/plot";
    const svg = forestPlot(fit, { data, labels: "author", width: 720, theme: "auto" });

All take \`width\` (360 suits a phone), \`theme\` ("light", "dark", or "auto", which follows the reader's system as the pictures
here do), \`title\` (a heading; there is none unless asked for) and \`description\` (the alternative text; one with the numbers is
written if none is given). On the command line: \`drmeta plot NAME DATA.csv FORMULA... -o picture.svg\`, or \`.png\`.

${sections.join("\n")}`;
}

function entry({ name, plot, id, options, caption }: GalleryPicture): string {
  const { fit, data } = caseFit(id);
  const { description } = picture(plotNamed(plot).draw(fit, optionsOfPlot(plot, { ...options, data })));
  const call = `${plot.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase())}Plot`;
  const shown = Object.entries(options).map(([key, value]) => `${key}: ${JSON.stringify(value)}`);
  if ("labels" in options || "group" in options) shown.unshift("data");
  const code = shown.length === 0 ? `${call}(fit)` : `${call}(fit, { ${shown.join(", ")} })`;
  return `![${description.replace(/[[\]]/g, "\\$&")}](gallery/${name}.svg)

${caption} Data: ${DATA[id]}.

    ${fit.formulas.join("\n    ")}

    ${code}
`;
}
