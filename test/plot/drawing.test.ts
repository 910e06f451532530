import { describe, expect, test } from "vitest";
import { linearAxis, ratioAxis, transformedAxis } from "../../src/plot/draw/effect-axis";
import { decimals, withInterval } from "../../src/plot/draw/numbers";
import { textWidth, wrapText } from "../../src/plot/draw/text-width";
import { forestPlot } from "../../src/plot/index";
import { caseFit } from "./fits";
import { picture } from "./picture";

describe("text", () => {
  test("widths grow with the text and the size", () => {
    expect(textWidth("", 12)).toBe(0);
    expect(textWidth("iii", 12)).toBeLessThan(textWidth("WWW", 12));
    expect(textWidth("abc", 24)).toBeCloseTo(2 * textWidth("abc", 12), 10);
    expect(textWidth("日本", 10)).toBeGreaterThan(19);
  });

  test("wraps at spaces, and within words that are too wide; nothing is lost", () => {
    const text = "A remarkably long label, Donaudampfschifffahrtsgesellschaft 2003";
    const lines = wrapText(text, 90, 11);
    expect(lines.length).toBeGreaterThan(3);
    for (const line of lines) expect(textWidth(line, 11)).toBeLessThanOrEqual(90);
    expect(lines.join("").replaceAll(" ", "")).toBe(text.replaceAll(" ", ""));
    expect(wrapText("🙂🙂🙂", 15, 11).join("")).toBe("🙂🙂🙂");
    expect(wrapText("short", 90, 11)).toEqual(["short"]);
  });

  test("numbers have a true minus, and no negative zero", () => {
    expect([decimals(-0.004), decimals(-1.5), decimals(Number.NaN)]).toEqual(["0.00", "−1.50", "–"]);
    expect(withInterval(1, Number.NaN, 2)).toBe("1.00");
    expect(withInterval(0.5, 0, Number.POSITIVE_INFINITY, 1)).toBe("0.5 [0.0, ∞]");
  });
});

describe("axes", () => {
  test("round numbers within the domain, one of them 0 where it is inside", () => {
    const { ticks, format } = linearAxis([-1.03, 2.2], 7);
    expect(ticks.map(format)).toEqual(["−1.0", "−0.5", "0.0", "0.5", "1.0", "1.5", "2.0"]);
  });

  test.each([
    [0.05, 20, 8],
    [0.5, 2, 6],
    [0.98, 1.03, 6],
    [1e-4, 1e4, 6],
  ])("ratios from %d to %d", (from, to, count) => {
    const { ticks, format } = ratioAxis([Math.log(from), Math.log(to)], count);
    expect(ticks.length).toBeGreaterThanOrEqual(3);
    expect(ticks.length).toBeLessThanOrEqual(2 * count);
    for (const tick of ticks) {
      expect(Math.exp(tick)).toBeGreaterThanOrEqual(from * (1 - 1e-9));
      expect(Math.exp(tick)).toBeLessThanOrEqual(to * (1 + 1e-9));
    }
    expect(new Set(ticks.map(format)).size).toBe(ticks.length);
  });
});

describe("axes of effects that are taken back", () => {
  const labels = (domain: [number, number], of: (x: number) => number, count = 6) => {
    const { ticks, format } = transformedAxis(domain, count, of);
    return ticks.map(format);
  };
  test("round numbers at their places", () => {
    expect(labels([-5, 5], (x) => 1 / (1 + Math.exp(-x)))).toEqual(["0.05", "0.2", "0.5", "0.8", "0.95"]);
    expect(labels([-1, 1.5], Math.tanh)).toEqual(["−0.5", "0", "0.5", "0.8"]);
    const { ticks } = transformedAxis([-1, 1.5], 6, Math.tanh);
    expect(Math.tanh(ticks[0]!)).toBeCloseTo(-0.5, 12);
  });
  test("nothing where the scale is flat", () => {
    // 0 is at many places, 0.5 at one
    const flat = (x: number) => Math.max(x, 0) ** 2;
    expect(labels([-1, 1], flat)).toEqual(["0.02", "0.2", "0.5", "1"]);
    expect(labels([-2, -1], flat)).toEqual([]);
  });
});

describe("themes", () => {
  const { fit } = caseFit("v12-boundary-hine");
  const colors = (svg: string) => new Set(svg.match(/(?:fill|stroke)="#[0-9a-f]{6}"/g));

  test("dark has none of the light colours, auto has the light ones and a rule for each", () => {
    const light = forestPlot(fit);
    const dark = forestPlot(fit, { theme: "dark" });
    const auto = forestPlot(fit, { theme: "auto" });
    for (const color of colors(light)) {
      expect(colors(dark)).not.toContain(color);
      expect(auto).toContain(`[${color}]{`);
    }
    expect(light).not.toContain("prefers-color-scheme");
    expect(colors(auto.replace(/<style>.*<\/style>/, ""))).toEqual(colors(light));
  });

  test("nothing that only a page knows", () => {
    expect(forestPlot(fit, { theme: "auto" })).not.toMatch(/currentColor|var\(|class=/);
  });

  test("pictures of one page do not share ids; a picture drawn again is the same", () => {
    const id = (svg: string) => picture(svg).root.getAttribute("id");
    expect(id(forestPlot(fit))).not.toBe(id(forestPlot(fit, { level: 0.9 })));
    expect(forestPlot(fit)).toBe(forestPlot(fit));
  });
});
