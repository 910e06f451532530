import { DrmError } from "../errors";

/** SVG lengths are in CSS px, 96 to the inch. */
const CSS_DPI = 96;
const INSTALL = "npm install @resvg/resvg-js";

/**
 * A picture in pixels, drawn by resvg, which is loaded here only: most people want SVG.
 * Throws DrmError("not_supported") when it is not installed, or this machine has no fonts and every label would be
 * missing from the picture.
 */
export async function renderPng(svg: string, dpi: number): Promise<Uint8Array> {
  const { Resvg } = await loadResvg();
  const font = {
    loadSystemFonts: true,
    defaultFontFamily: "Liberation Sans",
    sansSerifFamily: "Liberation Sans",
  };
  const text = '<svg xmlns="http://www.w3.org/2000/svg" width="99" height="99"><text y="50">M</text></svg>';
  if (new Resvg(text, { font }).getBBox() === undefined) {
    throw new DrmError(
      "not_supported",
      "this machine has no fonts, and a PNG would have no text: install some (fonts-liberation, say) or write an .svg",
    );
  }
  return new Resvg(svg, { font, fitTo: { mode: "zoom", value: dpi / CSS_DPI } }).render().asPng();
}

async function loadResvg() {
  try {
    return await import("@resvg/resvg-js");
  } catch {
    throw new DrmError(
      "not_supported",
      `a .png needs the package @resvg/resvg-js: ${INSTALL}; or write an .svg`,
    );
  }
}
