import { useState } from "preact/hooks";
import type { PlotName } from "../../src/plot/catalogue";
import type { PlotOptions } from "../../src/plot/index";
import type { Failure } from "../model/error-field";
import { data } from "../state/app-state";
import { client } from "../state/worker";
import type { ModelRequest } from "../worker/session";
import { download } from "./download";
import { pngOf } from "./png";

interface Props {
  readonly model: ModelRequest;
  readonly name: PlotName;
  readonly options: Omit<PlotOptions, "data">;
}

/** The picture for a manuscript: light, 720 px wide whatever the screen. */
export function PlotDownloads({ model, name, options }: Props) {
  const [problem, setProblem] = useState("");
  const stem = `${data.value?.fileName.replace(/\.\w+$/, "") ?? "drmeta"}-${name}`;
  const draw = async (): Promise<string> => {
    const picture = await client.ask("plot", model, name, { ...options, width: 720, theme: "light" });
    if ("svg" in picture) return picture.svg;
    throw new Error(picture.unsuitable);
  };
  const save = (done: (svg: string) => void | Promise<void>) => () =>
    draw()
      .then(done)
      .then(
        () => setProblem(""),
        ({ message }: Failure | Error) => setProblem(message),
      );
  return (
    <div class="buttons">
      <button type="button" onClick={save((svg) => download(`${stem}.svg`, svg, "image/svg+xml"))}>
        This plot (SVG)
      </button>
      <button
        type="button"
        onClick={save(async (svg) => download(`${stem}.png`, await pngOf(svg), "image/png"))}
      >
        This plot (PNG)
      </button>
      {problem !== "" && <p class="field-message">{problem}</p>}
    </div>
  );
}
