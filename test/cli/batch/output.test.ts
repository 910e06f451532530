import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { afterEach, describe, expect, test, vi } from "vitest";
import { readColumns } from "../../../src/cli/batch/parquet";
import { readLines } from "../../../src/cli/batch/read-lines";
import { lineWriter } from "../../../src/cli/batch/result-writer";
import { run } from "../../../src/cli/main";
import { readBytes } from "../../../src/cli/read-bytes";
import { drmeta, jobsText, lines, read, scratchFolder } from "./jobs";

const { path: inFolder, file } = scratchFolder();

/** Bytes that files opened for writing still take; then the disk is full. */
const disk = vi.hoisted(() => ({ room: Number.POSITIVE_INFINITY }));
afterEach(() => {
  disk.room = Number.POSITIVE_INFINITY;
});

vi.mock("node:fs/promises", async (original) => {
  const real = await original<typeof import("node:fs/promises")>();
  return {
    ...real,
    async open(path: string, flags?: string) {
      const handle = await real.open(path, flags);
      const write = handle.write.bind(handle) as (
        bytes: Uint8Array,
        offset: number,
        length: number,
        position: number | null,
      ) => Promise<{ bytesWritten: number; buffer: Uint8Array }>;
      const limited = async (bytes: Uint8Array, offset: number, length: number, position: number | null) => {
        if (length > 0 && disk.room === 0) {
          throw Object.assign(new Error("ENOSPC: no space left on device, write"), { code: "ENOSPC" });
        }
        const result = await write(bytes, offset, Math.min(length, disk.room), position);
        disk.room -= result.bytesWritten;
        return result;
      };
      return Object.assign(handle, { write: limited });
    },
  };
});

describe("a full disk", () => {
  test.each(["full.ndjson", "full.csv", "full.parquet"])(
    "%s: whole results stay, and --resume goes on",
    async (name) => {
      const jobs = file("full-jobs.ndjson", jobsText(30));
      const whole = inFolder(`whole-${name}`);
      await drmeta([jobs, "-o", whole]);
      const output = inFolder(name);
      const kept = name.endsWith(".parquet") ? `${output}.unfinished` : output;
      disk.room = 5000;
      const { exitCode, stdout, stderr } = await drmeta([jobs, "-o", output, "--workers", "1"]);
      expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "" });
      expect(stderr).toContain(
        `cannot write ${kept}: no space is left on the disk; make room and run the same again with --resume`,
      );
      expect(read(kept).endsWith("\n")).toBe(true);
      expect(read(kept).length).toBeGreaterThan(1000);
      disk.room = Number.POSITIVE_INFINITY;
      expect((await drmeta([jobs, "-o", output, "--resume"])).exitCode).toBe(0);
      expect(readFileSync(output).equals(readFileSync(whole))).toBe(true);
    },
  );

  test("while the output is replaced: nothing is lost, and only that is done again", async () => {
    const jobs = file("replace-jobs.ndjson", jobsText(12));
    const output = inFolder("replace.parquet");
    disk.room = (await drmeta([jobs])).stdout.length + 100;
    const { exitCode, stderr } = await drmeta([jobs, "-o", output]);
    expect({ exitCode, stderr }).toMatchObject({ exitCode: 1, stderr: expect.stringContaining("--resume") });
    expect([output, `${output}.new`].filter(existsSync)).toEqual([]);
    const waiting = read(`${output}.unfinished`);
    expect(waiting).toBe((await drmeta([jobs])).stdout);
    disk.room = Number.POSITIVE_INFINITY;
    expect((await drmeta([jobs, "-o", output, "--resume"])).exitCode).toBe(0);
    expect(new Set((await readColumns(output, (name) => name === "id")).id)).toEqual(
      new Set(lines(waiting).map(({ id }) => id)),
    );
  });

  test("standard output that cannot be written is said once, on standard error", async () => {
    for (const argv of [["batch", file("two.ndjson", jobsText(2)), "--workers", "1"], ["--help"]]) {
      const full = Object.assign(new Error("ENOSPC: no space left on device"), { code: "ENOSPC" });
      let stderr = "";
      const io = {
        stdin: (async function* () {})(),
        stdout: { write: (_: unknown, done: (error?: Error) => void) => done(full) },
        stderr: {
          write(text: string | Uint8Array, done: () => void) {
            stderr += text;
            done();
          },
        },
      };
      expect(await run(argv, io)).toBe(1);
      expect(stderr).toMatch(/^drmeta: cannot write standard output: no space is left on the disk.*\n$/);
    }
  });
});

describe("what -o names", () => {
  const jobs = () => file("some.ndjson", jobsText(3));

  test.runIf(existsSync("/dev/full"))("a device that is full, one that takes all", async () => {
    const full = await drmeta([jobs(), "-o", "/dev/full"]);
    expect(full).toMatchObject({
      exitCode: 1,
      stderr: "drmeta: cannot write /dev/full: no space is left on the disk\n",
    });
    const { stderr } = await drmeta([jobs(), "-o", "/dev/full", "--resume"]);
    expect(stderr).toContain("/dev/full keeps no results that one could go on with");
    expect((await drmeta([jobs(), "-o", "/dev/null", "--format", "parquet"])).exitCode).toBe(0);
  });

  test("standard output by its names", async () => {
    const { stdout } = await drmeta([jobs()]);
    for (const name of ["-", "/dev/stdout", "/dev/fd/1"]) {
      expect(await drmeta([jobs(), "-o", name])).toEqual({ exitCode: 0, stdout, stderr: "" });
    }
    expect((await drmeta([jobs(), "-o", "-", "--resume"])).stderr).toContain("- keeps no results");
  });

  test.each(["none.ndjson", "none.csv", "none.parquet"])(
    "%s: a run that comes to nothing leaves no file",
    async (name) => {
      const gone = (async function* () {
        yield "";
        throw new Error("the pipe broke");
      })();
      const { exitCode, stderr } = await drmeta(["-", "-o", inFolder(name), "--workers", "1"], gone);
      expect({ exitCode, stderr }).toMatchObject({
        exitCode: 1,
        stderr: expect.stringContaining("the pipe broke"),
      });
      expect([inFolder(name), inFolder(`${name}.unfinished`)].filter(existsSync)).toEqual([]);
    },
  );

  test("a folder, and what is in none", async () => {
    mkdirSync(inFolder("folder"));
    for (const option of [[], ["--resume"], ["--retry-failed"]]) {
      const { exitCode, stderr } = await drmeta([jobs(), "-o", inFolder("folder"), ...option]);
      expect({ exitCode, stderr }).toEqual({
        exitCode: 1,
        stderr: `drmeta: -o ${inFolder("folder")} is a folder: give the name of a file, such as ${inFolder("folder")}/results.ndjson\n`,
      });
    }
    const { stderr } = await drmeta([jobs(), "-o", inFolder("nowhere/results.ndjson")]);
    expect(stderr).toContain("nowhere/results.ndjson: there is no such folder");
  });
});

describe("text that is too long", () => {
  async function* pieces(...texts: string[]) {
    for (const text of texts) yield Buffer.from(text);
  }

  test("a line: its length, and the lines after it", async () => {
    const found = [];
    for await (const line of readLines(pieces("one\n12345", "67890", "12\ntw", "o\n", "é".repeat(6)), 10))
      found.push(line);
    expect(found).toEqual([
      { number: 1, text: "one", tooLong: null, end: 4, complete: true },
      { number: 2, text: null, tooLong: 12, end: 17, complete: true },
      { number: 3, text: "two", tooLong: null, end: 21, complete: true },
      { number: 4, text: null, tooLong: 12, end: 33, complete: false },
    ]);
  });

  test("a file and standard input: what was seen, what can be read, what to do", async () => {
    const path = file("long.csv", "yi,vi\n".repeat(4));
    const io = { stdin: pieces("yi,vi\n", "yi,vi\n") };
    await expect(readBytes(path, io, 23)).rejects.toMatchObject({
      code: "too_large",
      message: expect.stringMatching(/long\.csv is 0 MB of text, of which at most .* drmeta batch --by/),
    });
    await expect(readBytes("-", io, 11)).rejects.toThrow("standard input is more than");
    expect(String(await readBytes(path, io, 24))).toBe("yi,vi\n".repeat(4));
  });

  test("large results are written in pieces, and never become one text", async () => {
    const written: string[] = [];
    const output = {
      write: async (data: string | Uint8Array) => void written.push(String(data)),
      close: async () => {},
    };
    const texts = Array.from({ length: 7 }, (_, i) => String(i).repeat(500_000));
    await lineWriter("ndjson", output, "id", true).write(texts);
    expect(Math.max(...written.map(({ length }) => length))).toBeLessThan(2_000_000);
    expect(written.join("")).toBe(texts.map((text) => `${text}\n`).join(""));
  });
});
