import fc from "fast-check";
import Papa from "papaparse";
import { expect, test } from "vitest";
import { parseDelimited } from "../../src/data/delimited";
import { DrmError } from "../../src/errors";

const texts = fc
  .array(fc.constantFrom("a", "1", '"', '""', ",", ",", "\n", " ", ";"), { maxLength: 25 })
  .map((parts) => `${parts.join("")}\n`); // at the end of the text papaparse refuses a space after a quoted cell

test("cells are those that papaparse finds, and what it cannot read is refused", () => {
  fc.assert(
    fc.property(texts, (text) => {
      const { data, errors } = Papa.parse<string[]>(text, { delimiter: ",", newline: "\n" });
      const wanted = data.filter((row) => row.length > 1 || row[0]!.trim() !== "");
      if (errors.some(({ type }) => type === "Quotes")) {
        expect(() => parseDelimited(text, ",")).toThrow(DrmError);
      } else {
        expect(parseDelimited(text, ",").rows).toEqual(wanted);
      }
    }),
    { numRuns: 5000 },
  );
});
