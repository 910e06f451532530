import { Field } from "../abi";
import { read } from "../accumulate";
import { at, firstRho, get } from "../room";

/** The residual correlation stops just short of +-1, so that the two-outcome covariance stays positive definite. */
const MOST: f64 = 0.999999;

/** rho_s = 0.999999 tanh(offset_s + T_s eta) with its derivatives in the linear predictor. */
export class Correlation {
  rho: f64 = 0;
  first: f64 = 0;
  second: f64 = 0;

  /** Of pair s. The object is shared: read it before the next call. */
  static at(problem: usize, s: i32): Correlation {
    const q = get(problem, Field.QRho);
    const eta = at(problem, Field.Theta) + ((<usize>firstRho(problem)) << 3);
    const T = at(problem, Field.T);
    const pairs = get(problem, Field.Pairs);
    let predictor = read(at(problem, Field.EtaOffset), s);
    for (let k = 0; k < q; k++) predictor += read(eta, k) * read(T, k * pairs + s);
    const tanh = Math.tanh(predictor);
    const slope = 1 - tanh * tanh;
    shared.rho = MOST * tanh;
    shared.first = MOST * slope;
    shared.second = -2 * MOST * tanh * slope;
    return shared;
  }
}

const shared = new Correlation();
