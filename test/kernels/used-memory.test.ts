import { afterEach, expect, test, vi } from "vitest";
import { Field } from "../../assembly/abi";
import { createProblem, Order, type ResultField, Status } from "../../bindings/kernel";
import { wasm } from "../../bindings/wasm";
import { type EngineAnswer, engineForJob } from "../fit/engine-for";
import type { Job } from "../fit/ma-case";
import { randomFrom } from "../fit/random-problem";
import { DESIGNS, structured } from "../fit/structured-terms";
import { denseProblem } from "./dense-problem";

// odd numbers of rows, so that there is padding
const ROWS = 25;

function jobs(): Record<string, Job> {
  const random = randomFrom(3);
  const column = (make: (i: number) => unknown) => Array.from({ length: ROWS }, (_, i) => make(i));
  const data = {
    y: column(() => random.normal()),
    y2: column(() => random.normal()),
    x: column(() => random.normal()),
    v: column(() => 0.02 + random.uniform() ** 2),
    g: column((i) => `g${i % 6}`),
    h: column(() => `h${random.integer(4)}`),
    w: column(() => 0.5 + random.uniform()),
  } as Record<string, (number | string)[]>;
  const one = (formula: string, weights?: string): Job => ({
    formulas: [formula, "sigma ~ x"],
    options: { data, ...(weights && { weights }) },
  });
  const reml = ({ formulas, options }: Job): Job => ({ formulas, options: { ...options, method: "REML" } });
  const plain = {
    scalar: one("y ~ x + meta_V(V = v)"),
    nested: one("y ~ x + (1 | g) + meta_V(V = v)"),
    sparse: one("y ~ x + (1 | g) + (1 | h) + meta_V(V = v)"),
    dense: one("y ~ x + (1 | h) + meta_V(V = meta_vcov_cluster(v, g, rho = 0.4))"),
    pair: {
      formulas: [
        "mu1 = y ~ x + meta_V(V = meta_vcov_bivariate(v, v, cor12 = 0.3))",
        "mu2 = y2 ~ x",
        "rho12 ~ x",
      ],
      options: { data },
    },
  };
  return {
    ...plain,
    ...Object.fromEntries(Object.entries(plain).map(([name, job]) => [`${name}, REML`, reml(job)])),
    "scalar, weights": one("y ~ x + meta_V(V = v)", "w"),
    "nested, weights": one("y ~ x + (1 | g) + meta_V(V = v)", "w"),
  };
}

function answerOf(job: Job, change?: Parameters<typeof engineForJob>[1]): EngineAnswer {
  const engine = engineForJob(job, change);
  const theta = Float64Array.from({ length: engine.q }, (_, k) => -0.3 + 0.1 * k);
  const answer = engine.at(theta);
  engine.dispose();
  return answer;
}

afterEach(() => vi.restoreAllMocks());

const models = [
  ...Object.entries(jobs()).map(([name, job]) => ({ name, job, change: undefined })),
  ...DESIGNS.flatMap((design) =>
    (["ML", "REML"] as const).map((method) => ({
      name: `sparse, ${design}, ${method}`,
      ...structured(4, design, "tips without rows", { method, size: 2 }),
    })),
  ),
];

/** The same question, the second time in memory full of numbers that are none. */
function expectNothingRead<Answer>(ask: () => Answer): void {
  const clean = ask();
  // the memory of the last problem is kept for one of the same sizes
  engineForJob({ formulas: ["y ~ 1"], options: { data: { y: [1, 2, 4] } } }).dispose();
  const module = wasm();
  const create = module.createProblem;
  // whatever is not written again before it is read shows
  const spoilt = vi.spyOn(module, "createProblem").mockImplementation((sizes) => {
    const address = create(sizes);
    const bytes = new Int32Array(module.memory.buffer)[(address >> 2) + Field.Bytes]!;
    const from = address + 4 * Field.Count;
    new Float64Array(module.memory.buffer, (from + 7) & ~7, (bytes - 4 * Field.Count - 8) >> 3).fill(
      Number.NaN,
    );
    return address;
  });
  expect(ask()).toEqual(clean);
  expect(spoilt).toHaveBeenCalled();
}

test.each(models)("what memory held before does not matter: $name", ({ job, change }) => {
  expectNothingRead(() => answerOf(job, change));
});

test.each([
  { multipliers: false, weights: false, reml: false, order: Order.Hessian },
  { multipliers: true, weights: false, reml: true, order: Order.Hessian },
  { multipliers: true, weights: true, reml: false, order: Order.Hessian },
  { multipliers: true, weights: false, reml: true, order: Order.Gradient },
  { multipliers: false, weights: false, reml: false, order: Order.Value },
])("nor does it with slopes and correlated levels: %o", ({ order, ...given }) => {
  const tree = { structure: "tree", slope: true, moderator: true, rows: "some" } as const;
  const terms = [tree, { ...tree, structure: null }, { ...tree, structure: "any", rows: "each" } as const];
  const { input, q } = denseProblem({
    seed: 4,
    clusters: [12, 5],
    terms,
    shared: false,
    logSd: -0.3,
    pairs: true,
    ...given,
  });
  expectNothingRead(() => {
    const problem = createProblem(input);
    try {
      expect(problem.evaluate(new Float64Array(q).fill(0.1), order)).toBe(Status.Ok);
      const read = (field: ResultField, count: number) => [...problem.read(field, new Float64Array(count))];
      const { count } = input.levels;
      return [
        [problem.value],
        order > Order.Value ? [...read("gradient", q), ...read("levelScore", count)] : [],
        order > Order.Gradient ? [...read("hessian", q * q), ...read("levelSolved", 2 * count)] : [],
      ];
    } finally {
      problem.dispose();
    }
  });
});

test.each(DESIGNS)("the sparse section writes nothing beyond its own numbers: %s", (design) => {
  for (const method of ["ML", "REML"] as const) {
    const { job, change } = structured(5, design, "binary tree", { method, size: 2 });
    // without a coefficient of sigma it needs no room in Vectors, which follow it
    const formulas = job.formulas.filter((formula) => !formula.startsWith("sigma"));
    const module = wasm();
    const created: number[] = [];
    const create = module.createProblem;
    vi.spyOn(module, "createProblem").mockImplementation((sizes) => {
      created.push(create(sizes));
      return created.at(-1)!;
    });
    const engine = engineForJob({ formulas, options: { ...job.options, fixed: { sigma: 0.4 } } }, change);
    const header = new Uint32Array(module.memory.buffer, created.at(-1)!, Field.Count);
    const from = header[Field.Vectors]!;
    const vectors = new Float64Array(module.memory.buffer, from, (header[Field.Scratch]! - from) / 8).fill(
      42,
    );
    const theta = Float64Array.from({ length: engine.q }, (_, k) => -0.3 + 0.1 * k);
    expect(engine.engine.problem.evaluate(theta, Order.Hessian)).toBe(0);
    expect(vectors.length).toBeGreaterThan(100);
    expect(vectors.every((value) => value === 42)).toBe(true);
    engine.dispose();
    vi.restoreAllMocks();
  }
});
