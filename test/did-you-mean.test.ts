import { expect, test } from "vitest";
import { didYouMean } from "../src/did-you-mean";

test.each([
  ["habitatt", ["habitat", "yi"], "habitat"],
  ["hbaitat", ["habitat"], "habitat"],
  ["Habitat", ["habitat"], "habitat"],
  ["yeild", ["yield"], "yield"],
  ["study_id", ["StudyID", "study"], "StudyID"],
  ["study.id", ["study id"], "study id"],
  ["sqr", ["sqrt"], "sqrt"],
  ["YI", ["yi", "vi"], "yi"],
  ["vj", ["yi", "vi"], "vi"],
  ["y", ["yi", "vi"], "yi"],
])("'%s' among %j is near '%s'", (name, known, nearest) => {
  expect(didYouMean(name, known)).toBe(`; did you mean '${nearest}'?`);
});

test.each([
  ["s", ["I", "log"]],
  ["c", ["a", "b"]],
  ["xi", ["yi", "vi"]],
  ["te", ["ns", "I", "log"]],
  ["dose", ["hole", "year"]],
  ["random", ["factors", "fixed"]],
  ["x", []],
])("'%s' has nothing near among %j", (name, known) => {
  expect(didYouMean(name, known)).toBe("");
});
