import { expect, it } from "vitest";
import { restorationFit } from "../fit-literal";

it("x", () => {
  console.log(restorationFit().designs.sigma.recipe);
  expect(1).toBe(1);
});
