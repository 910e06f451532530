import type { ResultLine } from "../../batch/messages";
import type { FitJson } from "../../report/json/to-json";
import type { ParquetColumn } from "./parquet";

/** Results as a table: a row for each coefficient of a fit, and one for a job that failed. */
export const COLUMNS = [
  ["status", "STRING"],
  ["dpar", "STRING"],
  ["term", "STRING"],
  ["estimate", "DOUBLE"],
  ["std_error", "DOUBLE"],
  ["statistic", "DOUBLE"],
  ["p_value", "DOUBLE"],
  ["conf_low", "DOUBLE"],
  ["conf_high", "DOUBLE"],
  ["nobs", "DOUBLE"],
  ["logLik", "DOUBLE"],
  ["AIC", "DOUBLE"],
  ["BIC", "DOUBLE"],
  ["error", "STRING"],
  ["message", "STRING"],
] as const;

type Cell = string | number | null | undefined;
/** the job's id first, then COLUMNS */
export type ResultRow = readonly Cell[];

interface ResultJson extends FitJson {
  readonly id: string | number;
  readonly error?: { readonly code: string; readonly message: string };
}

/** The rows of one result. */
export function resultRows({ text, outcome }: ResultLine): ResultRow[] {
  const { id, error, ...fit } = JSON.parse(text) as ResultJson;
  const row = (cells: Readonly<Record<string, Cell>>): ResultRow => [
    id,
    ...COLUMNS.map(([name]) => cells[name]),
  ];
  const ending = { status: outcome, error: error?.code, message: error?.message };
  if (outcome === "failed") return [row(ending)];
  const { coefficients, nobs, logLik, AIC, BIC } = fit;
  return coefficients.map((one) => row({ ...one, nobs, logLik, AIC, BIC, ...ending }));
}

/** One line of CSV for each row, so that a file can be read line by line: line breaks in a cell become spaces. */
export function csvText(rows: readonly ResultRow[]): string {
  return rows.map((row) => `${row.map(csvCell).join(",")}\n`).join("");
}

export function csvHeader(idName: string): string {
  return csvText([[idName, ...COLUMNS.map(([name]) => name)]]);
}

export function csvCell(cell: Cell): string {
  const text = String(cell ?? "").replace(/[\r\n]+/g, " ");
  return /[",]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** The first two cells of a line of such a file. */
export function firstCells(line: string): readonly [id: string, status: string] | null {
  const match = /^("(?:[^"]|"")*"|[^",]*),(converged|not converged|failed),/.exec(line);
  return match === null ? null : [match[1]!, match[2]!];
}

/** Rows as columns; an id is a text where any of them is one. */
export function parquetColumns(idName: string, rows: readonly ResultRow[]): ParquetColumn[] {
  const ids = rows.map(([id]) => id!);
  const numeric = ids.every((id) => typeof id === "number");
  return [
    {
      name: idName,
      type: numeric ? "DOUBLE" : "STRING",
      data: numeric ? (ids as number[]) : ids.map(String),
    },
    ...COLUMNS.map(([name, type], j) => ({ name, type, data: rows.map((row) => row[j + 1] ?? null) })),
  ];
}
