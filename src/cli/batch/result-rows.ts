import { NOT_CONVERGED } from "../../batch/job-line";
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

/** A line of results. */
export interface ResultJson extends FitJson {
  readonly id: string | number;
  readonly error?: { readonly code: string; readonly message: string };
}

/** How a job went, from its line of results. */
export function outcomeOf(error: ResultJson["error"]): ResultLine["outcome"] {
  if (error === undefined) return "converged";
  return error.code === NOT_CONVERGED ? "not converged" : "failed";
}

/** The rows of one result, a line of JSON. */
export function resultRows(text: string): ResultRow[] {
  const { id, error, ...fit } = JSON.parse(text) as ResultJson;
  const outcome = outcomeOf(error);
  const row = (cells: Readonly<Record<string, Cell>>): ResultRow => [
    id,
    ...COLUMNS.map(([name]) => cells[name]),
  ];
  const ending = { status: outcome, error: error?.code, message: error?.message };
  if (outcome === "failed") return [row(ending)];
  const { coefficients, nobs, logLik, AIC, BIC } = fit;
  return coefficients.map((one) => row({ ...one, nobs, logLik, AIC, BIC, ...ending }));
}

/** What the rows of one result hold, texts of cells or cells, as a line of results has it: all that a table says of a fit. */
export function resultOfCells(rows: readonly ResultRow[]): object {
  const named = rows.map((row) => {
    const cells: Record<string, Cell> = {};
    COLUMNS.forEach(([name, type], j) => {
      const cell = row[j + 1] ?? "";
      cells[name] = cell === "" ? null : type === "DOUBLE" ? Number(cell) : cell;
    });
    return cells;
  });
  const { status, error: code, message, nobs, logLik, AIC, BIC } = named[0]!;
  return {
    id: rows[0]![0],
    ...(code != null && { error: { code, message: message ?? "" } }),
    ...(status !== "failed" && {
      nobs,
      logLik,
      AIC,
      BIC,
      coefficients: named.map(
        ({ dpar, term, estimate, std_error, statistic, p_value, conf_low, conf_high }) => {
          return { dpar, term, estimate, std_error, statistic, p_value, conf_low, conf_high };
        },
      ),
      convergence: {},
    }),
  };
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

/** The cells with which a line of such a file begins: id, status, and the name of the coefficient. */
export function firstCells(
  line: string,
): readonly [id: string, status: ResultLine["outcome"], coefficient: string] | null {
  const match = FIRST_CELLS.exec(line);
  return match === null ? null : [match[1]!, match[2] as ResultLine["outcome"], match[3]!];
}

const CELL = '"(?:[^"]|"")*"|[^",]*';
const FIRST_CELLS = new RegExp(`^(${CELL}),(converged|not converged|failed),((?:${CELL}),(?:${CELL})),`);

/** Rows as columns; ids are numbers where all of them are. */
export function parquetColumns(
  idName: string,
  rows: readonly ResultRow[],
  numeric = rows.every(([id]) => typeof id === "number"),
): ParquetColumn[] {
  const ids = rows.map(([id]) => id!);
  return [
    {
      name: idName,
      type: numeric ? "DOUBLE" : "STRING",
      data: numeric ? (ids as number[]) : ids.map(String),
    },
    ...COLUMNS.map(([name, type], j) => ({ name, type, data: rows.map((row) => row[j + 1] ?? null) })),
  ];
}
