import { DOMParser, type Element } from "@xmldom/xmldom";
import { expect } from "vitest";

/** An SVG string as a reader's program sees it. Fails when it is not well-formed, or holds what is not a number. */
export function picture(svg: string) {
  const document = new DOMParser({
    onError: (level, message) => {
      throw new Error(`${level}: ${message}`);
    },
  }).parseFromString(svg, "image/svg+xml");
  const root = document.documentElement!;
  expect(root.tagName).toBe("svg");
  const elements = Array.from(root.getElementsByTagName("*"));
  for (const element of elements) {
    for (const { name, value } of Array.from(element.attributes)) {
      if (name === "aria-label") continue;
      expect(`${element.tagName} ${name}=${value}`).not.toMatch(/NaN|undefined|Infinity|null/);
    }
  }
  const named = (name: string) => elements.filter(({ tagName }) => tagName === name);
  const textOf = (element: Element | undefined) => element?.textContent ?? "";
  const ids = root.getAttribute("aria-labelledby")!.split(" ");
  const title = named("title").find((element) => element.getAttribute("id") === ids[0]);
  const desc = named("desc").find((element) => element.getAttribute("id") === ids[1]);
  expect(textOf(title)).not.toBe("");
  expect(textOf(desc)).not.toBe("");
  expect(textOf(desc)).not.toMatch(/NaN|undefined|null/);
  return {
    root,
    title: textOf(title),
    description: textOf(desc),
    width: Number(root.getAttribute("width")),
    height: Number(root.getAttribute("height")),
    /** lines of text that are drawn */
    texts: named("text").flatMap((element) => {
      const lines = Array.from(element.getElementsByTagName("tspan"));
      return lines.length === 0 ? [textOf(element)] : lines.map(textOf);
    }),
    /** marks of a kind, as Plot calls them: "dot", "line" */
    marks: (label: string) =>
      named("g")
        .filter((element) => element.getAttribute("aria-label") === label)
        .flatMap((element) => Array.from(element.childNodes))
        .filter((node) => node.nodeType === 1) as Element[],
  };
}
