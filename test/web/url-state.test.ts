import fc from "fast-check";
import { expect, test } from "vitest";
import { type Choices, NO_CHOICES } from "../../web/model/choices";
import { EXAMPLES } from "../../web/model/examples";
import { fromHash, toHash } from "../../web/model/url-state";

const name = fc.string({ minLength: 1, maxLength: 8, unit: "grapheme" });
const outcome = fc.record({
  effect: name,
  uncertainty: name,
  kind: fc.constantFrom("variance" as const, "se" as const),
});
const choices: fc.Arbitrary<Choices> = fc.record({
  first: outcome,
  second: fc.option(outcome),
  correlation: fc.oneof(fc.constant(""), name),
  moderators: fc.array(name, { maxLength: 3 }),
  scaleModerators: fc.array(name, { maxLength: 3 }),
  study: fc.oneof(fc.constant(""), name),
  method: fc.constantFrom("ML" as const, "REML" as const),
  test: fc.constantFrom("z" as const, "t" as const, "knha" as const),
  reference: fc.dictionary(
    name.filter((key) => key !== "__proto__"),
    fc.string(),
    { maxKeys: 3, noNullPrototype: true },
  ),
  typed: fc.option(fc.array(fc.string(), { minLength: 1, maxLength: 3 })),
});

test("an analysis survives its URL", () => {
  fc.assert(
    fc.property(fc.option(name), choices, fc.array(choices, { maxLength: 3 }), (example, present, kept) => {
      const state = { example, choices: present, kept };
      expect(fromHash(`#${toHash(state)}`)).toEqual(state);
    }),
  );
});

test("the URL of the first example can be read", () => {
  const { id, choices: first } = EXAMPLES[0]!;
  expect(toHash({ example: id, choices: first, kept: [] })).toBe(
    "data=restoration&y=yi&v=vi&x=habitat&x=duration&s=habitat&ref=%5B%22habitat%22%2C%22grassland%22%5D",
  );
});

test("a hash without an analysis is none, and a broken part is passed over", () => {
  expect(fromHash("")).toBeNull();
  expect(fromHash("#results-heading")).toBeNull();
  expect(fromHash("#y=yi&v=vi&ref=%5B%22hab&method=MLX")?.choices).toEqual({
    ...NO_CHOICES,
    first: { effect: "yi", uncertainty: "vi", kind: "variance" },
  });
});
