import { Field } from "../../abi";
import { at, firstSigma, get } from "../../room";

/**
 * A part of the rows' variances that the model moves: sigma^2, and where V is known up to multipliers the diagonal of D V D.
 * Half the log of either is an offset and its design times its coefficients, so that kernels ask the same of both.
 */
export class RowPart {
  /** addresses: N variances, and the design, N x columns */
  variances: usize = 0;
  design: usize = 0;
  columns: i32 = 0;
  /** where its coefficients start in theta */
  from: i32 = 0;

  /** The objects are shared: there is one problem at a time. */
  static sigma(problem: usize): RowPart {
    sigmas.variances = at(problem, Field.Sigma2);
    sigmas.design = at(problem, Field.W);
    sigmas.columns = get(problem, Field.QSigma);
    sigmas.from = firstSigma(problem);
    return sigmas;
  }

  static phi(problem: usize): RowPart {
    phis.variances = at(problem, Field.ScaledV);
    phis.design = at(problem, Field.M);
    phis.columns = get(problem, Field.QPhi);
    phis.from = 0;
    return phis;
  }
}

const sigmas = new RowPart();
const phis = new RowPart();
