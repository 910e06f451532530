import type { CorrelationGroup } from "../model/terms/correlated";
import type { Optimum } from "./optimum";
import type { StandardModel } from "./standard-model";
import { blockOf, linearPredictor } from "./theta-blocks";

/** The groups of random effects whose correlations theta has, in its order. */
function groupsOf({ random }: Pick<StandardModel, "random">): CorrelationGroup[] {
  const groups = new Set<CorrelationGroup>();
  for (const { roles } of random) if (roles !== null) groups.add(roles.group);
  return [...groups].sort((a, b) => a.first - b.first);
}

/** The parameters of all groups at a theta: infinite where they are at an end. */
function kappaAt(
  model: StandardModel,
  { theta, boundary }: Pick<Optimum, "theta" | "boundary">,
): Float64Array {
  const kappa = linearPredictor(blockOf(model, "cor"), theta);
  const edge = boundary?.edges.find(({ block }) => block.kind === "cor");
  return kappa.map((value, k) =>
    edge?.vanishing[k] === 1 ? Math.sign(value) * Number.POSITIVE_INFINITY : value,
  );
}

/** Correlations of random effects as a fit reports them, link scale, one a parameter; infinite at +-1. */
export function reportedCorrelations(
  model: StandardModel,
  at: Pick<Optimum, "theta" | "boundary">,
): Float64Array {
  const kappa = kappaAt(model, at);
  return Float64Array.from(groupsOf(model).flatMap((group) => [...group.map.reported(group.own(kappa))]));
}

/** Their derivatives in the parameters, square, row-major; zero between groups. */
export function correlationSlopes(
  model: StandardModel,
  at: Pick<Optimum, "theta" | "boundary">,
): Float64Array {
  const kappa = kappaAt(model, at);
  const n = kappa.length;
  const out = new Float64Array(n * n);
  for (const group of groupsOf(model)) {
    const { first, map } = group;
    const own = map.slopes(group.own(kappa));
    for (let i = 0; i < map.parameters; i++)
      for (let j = 0; j < map.parameters; j++)
        out[(first + i) * n + first + j] = own[i * map.parameters + j]!;
  }
  return out;
}
