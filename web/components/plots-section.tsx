import { useEffect, useState } from "preact/hooks";
import { catalogue } from "../../src/plot/catalogue";
import type { Failure } from "../model/error-field";
import { plotOptions } from "../model/plot-choices";
import { data, plotChoices } from "../state/app-state";
import { client } from "../state/worker";
import type { Analysis, ModelRequest, Picture } from "../worker/session";
import { PlotControls } from "./plot-controls";
import { PlotDownloads } from "./plot-downloads";
import { useDarkMode, useWidth } from "./use-media";

interface Props {
  readonly model: ModelRequest;
  readonly analysis: Analysis;
}

/** The narrowest and the widest picture, px: a phone's, and one that can still be read across. */
const WIDTHS = [260, 860] as const;

/** Pictures of the fit, drawn by the worker as SVG. */
export function PlotsSection({ model, analysis }: Props) {
  const [box, available] = useWidth();
  const dark = useDarkMode();
  const [drawn, setDrawn] = useState<Picture | null>(null);
  const chosen = plotChoices.value;
  const options = plotOptions(chosen, analysis);
  const width = Math.max(WIDTHS[0], Math.min(WIDTHS[1], available));
  const ready = available > 0;
  const wanted = JSON.stringify([model, chosen, width, dark, ready]);
  useEffect(() => {
    if (!ready) return;
    let current = true;
    client.plot(model, chosen.name, { ...options, width, theme: dark ? "dark" : "light" }).then(
      (picture) => {
        if (current) setDrawn(picture);
      },
      ({ message }: Failure) => {
        if (current) setDrawn({ unsuitable: message });
      },
    );
    return () => {
      current = false;
    };
  }, [wanted, data.value]);
  return (
    <section aria-labelledby="plots-heading" ref={box}>
      <h3 id="plots-heading">Plots</h3>
      <PlotControls analysis={analysis} />
      <p class="hint">Shows {catalogue[chosen.name].describe}.</p>
      {drawn !== null && "unsuitable" in drawn && <p class="hint">Not drawn: {drawn.unsuitable}</p>}
      {drawn !== null && "svg" in drawn && (
        <>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable with the keyboard */}
          <section class="picture" tabIndex={0} aria-label={catalogue[chosen.name].title}>
            <SvgImage svg={drawn.svg} title={catalogue[chosen.name].title} />
          </section>
          <PlotDownloads model={model} name={chosen.name} options={options} />
        </>
      )}
    </section>
  );
}

/** As an image, which runs no scripts whatever names the data hold, and has its description as the alternative text. */
function SvgImage({ svg, title }: { readonly svg: string; readonly title: string }) {
  const [url, setUrl] = useState("");
  useEffect(() => {
    const made = URL.createObjectURL(new Blob([svg], { type: "image/svg+xml" }));
    setUrl(made);
    return () => URL.revokeObjectURL(made);
  }, [svg]);
  if (url === "") return null;
  const root = new DOMParser().parseFromString(svg, "image/svg+xml").documentElement;
  const description = root.querySelector("desc")?.textContent ?? "";
  return (
    <img
      class="plot"
      src={url}
      width={Number(root.getAttribute("width"))}
      height={Number(root.getAttribute("height"))}
      alt={`${title}. ${description}`}
    />
  );
}
