import { DrmError } from "../errors";
import type { Fit, FittedCorrelations } from "../fit/fit";
import type { CorrelationMap } from "../model/correlations/correlation-map";
import { correlationMap } from "../model/terms/correlated-effects";
import type { ProfileTarget } from "./profile";

/** A correlation of random effects as a parameter of a fit's, so that it can be held as any other. */
export interface HeldCorrelation {
  /** the fit, or the same with its effects in another order */
  readonly fit: Fit;
  /** the parameter, in that fit */
  readonly target: ProfileTarget;
  /** its value as the correlation is reported, link scale */
  readonly reported: (parameter: number) => number;
}

/**
 * Of several correlations only the first is a parameter: with its two effects put first it is atanh of that. One correlation of
 * several effects is a monotone function of its parameter. Null where the target is a parameter as it is.
 *
 * @throws DrmError "not_supported" for a combination of several correlations
 */
export function heldCorrelation(fit: Fit, target: ProfileTarget): HeldCorrelation | null {
  const { coefficients, correlated = [] } = fit;
  const position = target.weights.findIndex((weight) => weight !== 0);
  const effects = correlated.find(({ dpar }) => dpar === coefficients[position]?.dpar);
  if (effects === undefined || effects.roles.length === 2) return null;
  if (target.weights.some((weight, k) => k !== position && weight !== 0) || target.weights[position] !== 1) {
    throw new DrmError(
      "not_supported",
      `the profile of a combination of several correlations (${effects.dpar}) is not supported: ask for one at a time`,
    );
  }
  const first = coefficients.findIndex(({ dpar }) => dpar === effects.dpar);
  return effects.form === "us"
    ? inFront(fit, target, effects, first, position - first)
    : ofOneParameter(fit, target, effects);
}

function inFront(
  fit: Fit,
  { weights, estimate, stdError }: ProfileTarget,
  effects: FittedCorrelations,
  first: number,
  number: number,
): HeldCorrelation {
  const { roles, members, kappa } = effects;
  const q = roles.length;
  const pairs = roles.flatMap((_, a) => roles.slice(a + 1).map((__, b) => [a, a + 1 + b] as const));
  const [a, b] = pairs[number]!;
  const order = [a, b, ...roles.keys()].filter((role, k, all) => all.indexOf(role) === k);
  const placeOf = (role: number) => order.indexOf(role);
  const map = correlationMap(effects);
  const C = new Float64Array(q * q);
  map.fill(kappa, C, null, null);
  const reordered: FittedCorrelations = {
    ...effects,
    roles: order.map((role) => roles[role]!),
    members: members.map((member) => ({ ...member, role: member.role.map(placeOf) })),
    kappa: parametersOf(
      map,
      order.flatMap((one, k) => order.slice(k + 1).map((other) => C[one * q + other]!)),
    ),
  };
  const moved = new Float64Array(weights.length);
  moved[first] = 1;
  return {
    fit: { ...fit, correlated: fit.correlated!.map((one) => (one === effects ? reordered : one)) },
    target: { weights: moved, estimate, stdError },
    reported: (parameter) => parameter,
  };
}

function parametersOf(map: CorrelationMap, correlations: readonly number[]): Float64Array {
  return map.parametersOf(Float64Array.from(correlations, Math.atanh));
}

function ofOneParameter(
  fit: Fit,
  { weights, stdError }: ProfileTarget,
  effects: FittedCorrelations,
): HeldCorrelation {
  const map = correlationMap(effects);
  const { atBoundary } = fit.coefficients[weights.indexOf(1)]!;
  const [kappa] = effects.kappa;
  const [slope] = map.slopes(effects.kappa);
  return {
    fit,
    target: {
      weights,
      estimate: atBoundary ? Math.sign(kappa!) * Number.POSITIVE_INFINITY : kappa!,
      stdError: stdError / slope!,
    },
    reported: (parameter) => map.reported(Float64Array.of(parameter))[0]!,
  };
}
