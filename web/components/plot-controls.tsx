import { catalogue, type PlotName } from "../../src/plot/catalogue";
import { groupsOf, type PlotChoices } from "../model/plot-choices";
import { data, plotChoices } from "../state/app-state";
import type { Analysis } from "../worker/session";

type Option = (typeof catalogue)[PlotName]["options"][number];

/** Which picture, and those of its options that the page offers. */
export function PlotControls({ analysis }: { readonly analysis: Analysis }) {
  const { summary, dpars, numericModerators } = analysis;
  const locations = dpars.filter(({ kind }) => kind === "location");
  const chosen = plotChoices.value;
  const takes: readonly Option[] = catalogue[chosen.name].options;
  const columns = (data.value?.overview.columns ?? [])
    .filter(({ kind }) => kind !== "unreadable")
    .map(({ name }) => name);
  const groups = groupsOf(analysis);
  return (
    <div class="row narrow">
      <Choice
        label="Plot"
        value={chosen.name}
        options={Object.entries(catalogue).map(([name, { title }]) => [name, title])}
        onChange={(name) => change({ name: name as PlotName })}
      />
      {summary.family !== "gaussian" && takes.includes("outcome") && (
        <Choice
          label="Outcome"
          value={chosen.outcome}
          options={locations.map(({ key }, i): Pair => [key, summary.responses[i]!])}
          onChange={(outcome) => change({ outcome })}
        />
      )}
      {takes.includes("labels") && (
        <Choice
          label="Names of rows"
          value={chosen.labels}
          options={[["", "row numbers"], ...columns.map((name): Pair => [name, name])]}
          onChange={(labels) => change({ labels })}
        />
      )}
      {takes.includes("group") && groups.length > 0 && (
        <Choice
          label="Groups"
          value={groups.includes(chosen.group) ? chosen.group : ""}
          options={[["", "none"], ...groups.map((name): Pair => [name, name])]}
          onChange={(group) => change({ group })}
        />
      )}
      {takes.includes("x") && numericModerators.length > 0 && (
        <Choice
          label="Horizontal axis"
          value={numericModerators.includes(chosen.x) ? chosen.x : ""}
          options={[["", "the plot's own choice"], ...numericModerators.map((name): Pair => [name, name])]}
          onChange={(x) => change({ x })}
        />
      )}
      {takes.includes("parm") && (
        <Choice
          label="Coefficient"
          value={chosen.parm}
          options={[
            ["", "the plot's own choice"],
            ...summary.coefficients.map(({ name }): Pair => [name, name]),
          ]}
          onChange={(parm) => change({ parm })}
        />
      )}
      {takes.includes("sort") && (
        <Choice
          label="Order"
          value={chosen.sort}
          options={[
            ["data", "as in the data"],
            ["estimate", "by effect size"],
            ["precision", "by precision"],
          ]}
          onChange={(sort) => change({ sort: sort as PlotChoices["sort"] })}
        />
      )}
      {takes.includes("transform") && (
        <Choice
          label="Axis"
          value={chosen.ratios ? "exp" : "none"}
          options={[
            ["none", "as in the data"],
            ["exp", "logs shown as ratios"],
          ]}
          onChange={(transform) => change({ ratios: transform === "exp" })}
        />
      )}
    </div>
  );
}

type Pair = readonly [value: string, label: string];

interface ChoiceProps {
  readonly label: string;
  readonly value: string;
  readonly options: readonly Pair[];
  readonly onChange: (value: string) => void;
}

function Choice({ label, value, options, onChange }: ChoiceProps) {
  const id = `plot-${label.toLowerCase().replaceAll(" ", "-")}`;
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <select id={id} value={value} onChange={(event) => onChange(event.currentTarget.value)}>
        {options.map(([option, text]) => (
          <option key={option} value={option}>
            {text}
          </option>
        ))}
      </select>
    </div>
  );
}

function change(part: Partial<PlotChoices>): void {
  plotChoices.value = { ...plotChoices.value, ...part };
}
