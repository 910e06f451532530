/**
 * The bivariate normal distribution with standard margins and correlation rho (Plackett 1954: d Phi2 / d rho = phi2):
 *
 *   P(X <= h, Y <= k) = Phi(h) Phi(k) + 1/(2 pi) int_0^asin(rho) exp(-(h^2 + k^2 - 2 h k sin t) / (2 cos^2 t)) dt.
 *
 * The integrand is smooth and within [0, 1]: absolute error about 1e-15.
 */
import { normalProbability } from "./normal";
import { integral } from "./quadrature";

export function bivariateNormalProbability(h: number, k: number, rho: number): number {
  return normalProbability(h) * normalProbability(k) + excess(h, k, rho);
}

/** P(X <= h, Y <= k) over what it is for independent variables. */
export function excess(h: number, k: number, rho: number): number {
  const f = (t: number) => {
    const sin = Math.sin(t);
    // (h^2 + k^2 - 2 h k sin t) / cos^2 t in two terms, which do not cancel where |sin t| comes to 1
    const near = (sin > 0 ? h - k : h + k) / Math.cos(t);
    const rest = (2 * h * k) / (sin > 0 ? 1 + sin : sin - 1);
    return Math.exp(-(near * near + rest) / 2);
  };
  return integral(f, 0, Math.asin(rho)) / (2 * Math.PI);
}

/** phi2(h, k; rho). */
export function bivariateNormalDensity(h: number, k: number, rho: number): number {
  const s = 1 - rho * rho;
  return Math.exp(-(h * h + k * k - 2 * rho * h * k) / (2 * s)) / (2 * Math.PI * Math.sqrt(s));
}
