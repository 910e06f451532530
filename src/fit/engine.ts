import { Order, type Problem, Status } from "../../bindings/kernel";
import { scratch } from "../data/doubles";
import { rearrangeRows, type Sections, sections } from "../model/sections";
import { heavyRows, isExactAt, withFloors, withRowsApart } from "./exact-rows";
import { load } from "./load";
import { type StandardModel, tiesOf } from "./standard-model";
import { blockOf, linearPredictor, thetaSize } from "./theta-blocks";
import type { Objective } from "./trust-region";
import { withoutIdle } from "./without-idle";

/** What a search needs: a model, and its profiled objective. */
export interface Searchable {
  readonly model: StandardModel;
  readonly objective: Objective;
}

/** A standard model in WebAssembly memory, with its profiled objective. */
export interface Engine extends Searchable {
  readonly layout: Sections;
  /** the one settled at; where exact rows are met, that of the model with floors */
  readonly problem: Problem;
  /** rows without a say whose sigma is beyond all numbers where the engine is settled: what they alone tell has no error */
  readonly lost: readonly number[];
  evaluations(): number;
  /** Another response, in the model's units; all else of the problem stays. */
  setResponse(y: Float64Array): void;
  /** Makes the problem's results those of `theta`; free when it was evaluated last. */
  settleAt(theta: Float64Array): boolean;
  /** Makes X' Sigma^-1 X that of `theta`; the problem's other results are of nothing then. */
  settleLocationAt(theta: Float64Array): boolean;
  dispose(): void;
  /** Frees all but the problem that the engine was made over. */
  disposeOthers(): void;
}

/**
 * Lends an engine of a model to `use`, and takes its WebAssembly memory back when that returns or throws: an engine that was
 * kept would be memory that nothing ever frees.
 */
export function withEngine<Result>(model: StandardModel, use: (engine: Engine) => Result): Result {
  const engine = createEngine(model);
  try {
    return use(engine);
  } finally {
    engine.dispose();
  }
}

export function createEngine(model: StandardModel): Engine {
  const layout = sections(tiesOf(model));
  return engineOver(load(model, layout), model, layout);
}

/** An engine of a model that `own` is the problem of, its rows as in `layout`. */
export function engineOver(own: Problem, model: StandardModel, layout: Sections): Engine {
  // what is searched is the same likelihood, and idle rows' own sigma is a matter of what is reported
  const heard = withoutIdle(model);
  const ofHeard = heard === model ? own : load(heard, layout);
  const isExact = (theta: Float64Array) => model.exactRows.length > 0 && isExactAt(heard, theta);
  // where exact rows are met: what is searched, and with the model's own columns what is reported
  let response = model.y;
  let exact: { readonly searched: Problem; readonly reported: Problem } | null = null;
  const exactProblems = () => {
    if (exact !== null) return exact;
    const floored = withFloors({ ...heard, y: response });
    exact = {
      searched: load(withRowsApart(floored, model.exactRows), layout),
      reported: load(floored, layout),
    };
    return exact;
  };
  // where rows of tiny sigma outweigh the others by far: in columns that keep the digits of both
  let apart: { readonly key: string; readonly problem: Problem } | null = null;
  const apartFor = (heavy: readonly number[]) => {
    const key = heavy.join();
    if (apart?.key === key) return apart.problem;
    apart?.problem.dispose();
    apart = { key, problem: load(withRowsApart({ ...heard, y: response }, heavy), layout) };
    return apart.problem;
  };
  const problemAt = (theta: Float64Array) => {
    if (isExact(theta)) return exactProblems().searched;
    const heavy = heavyRows(heard, theta);
    return heavy === null ? ofHeard : apartFor(heavy);
  };
  const disposeSpecial = () => {
    exact?.searched.dispose();
    exact?.reported.dispose();
    exact = null;
    apart?.problem.dispose();
    apart = null;
  };
  const q = thetaSize(model);

  let evaluations = 0;
  const last = scratch(q);
  let lastDefined = false;
  // a value alone leaves derivatives as they were; of levels those of the sparse section only
  const outlastsValues = layout.modelLevel.length === (layout.sparse?.levels ?? 0);
  let isElsewhere = false;
  const gradient = scratch(q);
  const hessian = scratch(q * q);
  const objective: Objective & { value: number } = {
    size: q,
    value: Number.NaN,
    gradient,
    hessian,
    valueAt(theta) {
      evaluations++;
      if (outlastsValues) isElsewhere = true;
      else lastDefined = false;
      const problem = problemAt(theta);
      return problem.evaluate(theta, Order.Value) === Status.Ok ? problem.value : Number.NaN;
    },
    evaluate(theta) {
      for (let k = 0; k < q; k++) last[k] = theta[k]!;
      isElsewhere = false;
      lastDefined = derivativesAt(theta, Order.Hessian);
      return lastDefined;
    },
  };
  if (isDear(layout)) {
    objective.approximate = (theta) => {
      lastDefined = false;
      return derivativesAt(theta, Order.Average);
    };
  }
  function derivativesAt(theta: Float64Array, order: Order): boolean {
    evaluations++;
    const problem = problemAt(theta);
    if (problem.evaluate(theta, order) !== Status.Ok) return false;
    objective.value = problem.value;
    problem.read("gradient", gradient);
    problem.read("hessian", hessian);
    return allFinite(gradient) && allFinite(hessian);
  }
  const engine: Engine & { problem: Problem; lost: readonly number[] } = {
    model,
    layout,
    objective,
    problem: own,
    lost: [],
    evaluations: () => evaluations,
    setResponse(y) {
      response = y.slice();
      for (const problem of new Set([own, ofHeard]))
        problem.rewrite({ y: rearrangeRows(y, layout, model.rows, 1) });
      disposeSpecial();
      lastDefined = false;
    },
    settleAt(theta) {
      const isThere = lastDefined && theta.every((value, k) => value === last[k]);
      if (!isThere && !objective.evaluate(theta)) return false;
      engine.lost = [];
      if (!isExact(theta)) {
        engine.problem = ofHeard;
        if (heavyRows(heard, theta) !== null) ofHeard.evaluate(theta, Order.Hessian);
        else if (isElsewhere) {
          evaluations++;
          ofHeard.evaluate(theta, Order.Value);
        }
        isElsewhere = false;
        if (ofHeard === own) return true;
        engine.lost = lostAt(model, heard, theta);
        if (engine.lost.length > 0 || own.evaluate(theta, Order.Hessian) !== Status.Ok) return true;
        engine.problem = own;
        return true;
      }
      engine.problem = exactProblems().reported;
      return engine.problem.evaluate(theta, Order.Hessian) === Status.Ok;
    },
    settleLocationAt(theta) {
      if (ofHeard !== own || isExact(theta)) return engine.settleAt(theta);
      lastDefined = false;
      engine.problem = own;
      return own.evaluate(theta, Order.Value) === Status.Ok;
    },
    dispose: () => {
      own.dispose();
      engine.disposeOthers();
    },
    disposeOthers: () => {
      if (ofHeard !== own) ofHeard.dispose();
      disposeSpecial();
    },
  };
  return engine;
}

/** Operations of an evaluation of the sparse section, rows counted with so many each, above which an exact Hessian is several ms. */
const DEAR = 2e6;
const OF_A_ROW = 100;

function isDear({ sparse, sparseRows }: Sections): boolean {
  return sparse !== null && sparse.flops + OF_A_ROW * sparseRows > DEAR;
}

/** log sigma, beside an ordinary one, from which a variance counts as beyond all numbers. */
const LOST = Math.log(1e4);

function lostAt(model: StandardModel, heard: StandardModel, theta: Float64Array): number[] {
  const [ownSigma, heardSigma] = [blockOf(model, "sigma"), blockOf(heard, "sigma")];
  if (ownSigma === heardSigma) return [];
  const own = linearPredictor(ownSigma, theta);
  const ordinary = linearPredictor(heardSigma, theta);
  const lost: number[] = [];
  for (let i = 0; i < own.length; i++) if (own[i]! > ordinary[i]! + LOST) lost.push(i);
  return lost;
}

function allFinite(values: Float64Array): boolean {
  for (let i = 0; i < values.length; i++) if (!Number.isFinite(values[i]!)) return false;
  return true;
}
