import { type Command, InvalidArgumentError, Option } from "commander";
import type { Delimiter } from "../data/delimiter";
import type { FileOptions } from "../data/read-file";

/** How files are read, as the command line says it. */
export type FileArguments = Omit<FileOptions, "warn">;

/** Gives a command the options that say how its files are read, where they do not tell themselves. */
export function takesFile(command: Command): Command {
  return command
    .addOption(
      new Option("--decimal <sign>", "before decimals: . or , (default: as the cells tell)").choices([
        ".",
        ",",
      ]),
    )
    .option(
      "--delimiter <sign>",
      "between cells: , ; | or tab (default: what splits the file)",
      parseDelimiter,
    )
    .option("--na <codes>", "cells that are missing values, such as -999,NR (repeatable)", parseCodes)
    .option("--encoding <name>", "of text: utf-8, windows-1252, ... (default: as the bytes tell)")
    .option("--sheet <name>", "of a spreadsheet, by name or number (default: the first)");
}

/** Of all options of a command those that say how files are read. */
export function fileArguments({ decimal, delimiter, na, encoding, sheet }: FileArguments): FileArguments {
  return { decimal, delimiter, na, encoding, sheet };
}

const DELIMITERS: Readonly<Record<string, Delimiter>> = {
  ",": ",",
  comma: ",",
  ";": ";",
  semicolon: ";",
  "|": "|",
  pipe: "|",
  "\t": "\t",
  "\\t": "\t",
  tab: "\t",
};

function parseDelimiter(value: string): Delimiter {
  if (Object.hasOwn(DELIMITERS, value)) return DELIMITERS[value]!;
  throw new InvalidArgumentError("Wanted , or ; or | or tab.");
}

function parseCodes(value: string, before: readonly string[] = []): readonly string[] {
  const codes = value.split(",").map((code) => code.trim());
  if (codes.includes("")) throw new InvalidArgumentError("A code is empty; empty cells are always missing.");
  return [...before, ...codes];
}
