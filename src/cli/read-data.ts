import type { NumericMatrix } from "../data/matrix-csv";
import { type DataFile, readMatrixFile, readTable } from "../data/read-file";
import { DrmError } from "../errors";
import { type FileArguments, fileArguments } from "./file-arguments";
import type { CliIo } from "./io";
import { label, readBytes } from "./read-bytes";

/** The table in a file, or on standard input. What was decided in reading it is said in `notes`. */
export async function readData(
  path: string,
  given: FileArguments,
  io: Pick<CliIo, "stdin">,
  notes: string[],
): Promise<DataFile> {
  const bytes = await readBytes(path, io);
  return inFile(path, () => readTable(bytes, { ...given, warn: noteTaker(path, notes) }));
}

/**
 * The matrix in a file: see readMatrixRows(). `isOfLevels`: it has names, those of levels; of another one names are left aside, since it
 * follows the rows of the data by their order.
 */
export async function readMatrix(
  path: string,
  {
    matrixHeader,
    isOfLevels = false,
    ...options
  }: FileArguments & { readonly matrixHeader?: "yes" | "no"; readonly isOfLevels?: boolean },
  io: Pick<CliIo, "stdin">,
  notes: string[],
): Promise<NumericMatrix> {
  const bytes = await readBytes(path, io);
  const given = { ...fileArguments(options), sheet: undefined, warn: noteTaker(path, notes) };
  const header = matrixHeader === undefined ? undefined : matrixHeader === "yes";
  const matrix = await inFile(path, async () =>
    readMatrixFile(bytes, { ...given, header, needsNames: isOfLevels }),
  );
  if (matrix.levels !== undefined && !isOfLevels)
    given.warn("its names are left aside: its rows are those of the data, in their order");
  return matrix;
}

/** Says which file a note is about. */
export function noteTaker(path: string, notes: string[]): (message: string) => void {
  return (message) => notes.push(`${label(path)}: ${message}`);
}

/** Says which file an error is in: several may have been given. */
export async function inFile<T>(path: string, read: () => T | Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof DrmError)) throw error;
    throw new DrmError(error.code, `${label(path)}: ${error.message}`);
  }
}
