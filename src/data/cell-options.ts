import { missingCodes } from "./cell-kinds";
import type { CellRules, FileContext } from "./column-evidence";
import type { Decimal } from "./number-text";

/** How the cells of a text are read, where it is not to be told from the text itself. */
export interface CellOptions {
  /** what stands before decimals: "." or ","; default: told from the cells */
  readonly decimal?: Decimal | undefined;
  /** cells that are missing values, beside empty ones, NA and NaN; default none */
  readonly na?: readonly string[] | undefined;
  /** told once what was decided: decimal commas, thousands, cells read as missing; default: nobody */
  readonly warn?: ((message: string) => void) | undefined;
}

export function cellRules({ decimal, na }: CellOptions): CellRules {
  return { decimal, codes: missingCodes(na) };
}

/** What the columns of a file ask of it. Each decision is told once: decimals and thousands of the file, codes of each column. */
export function fileContext(
  lineOf: (row: number) => number,
  decimal: () => Decimal | null,
  warn: CellOptions["warn"],
): FileContext {
  let known: { readonly decimal: Decimal | null } | undefined;
  const told = new Set<string>();
  return {
    lineOf,
    decimal() {
      known ??= { decimal: decimal() };
      return known.decimal;
    },
    note(kind, name, message) {
      const key = kind === "decimal" || kind === "thousands" ? kind : `${kind} ${name}`;
      if (warn === undefined || told.has(key)) return;
      told.add(key);
      warn(message);
    },
  };
}
