import { DrmError } from "../errors";

/** How the bytes of a text become characters: one of the two that need looking at bytes, or any that the platform knows. */
export interface TextBytes {
  /** "utf-8", "utf-16le", "utf-16be", "windows-1252", or the name that the user gave */
  readonly encoding: string;
  /** Decodes a whole text. Throws DrmError("bad_data") for bytes that are none. */
  decodeAll(bytes: Uint8Array): string;
  /** The same for the next bytes of a text, which is ended without any: ten times as slow. */
  decode(bytes?: Uint8Array): string;
}

/** Bytes at the beginning that tell UTF-16, and a file that is no text. */
const HEAD = 4096;

/** The encoding that the beginning of a text shows; null for UTF-8 or, where its bytes are none, Windows-1252. */
export function encodingOf(bytes: Uint8Array): "utf-16le" | "utf-16be" | null {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return "utf-16le";
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return "utf-16be";
  // of Latin letters and digits every other byte is 0
  const head = bytes.subarray(0, HEAD);
  const zeros = [0, 0];
  head.forEach((byte, i) => {
    if (byte === 0) zeros[i % 2]!++;
  });
  if (zeros[0] === 0 && zeros[1] === 0) return null;
  if (zeros[0] === 0 && 4 * zeros[1]! > head.length) return "utf-16le";
  if (zeros[1] === 0 && 4 * zeros[0]! > head.length) return "utf-16be";
  throw new DrmError(
    "bad_data",
    "this is no text: wanted a table as CSV, a spreadsheet (.xlsx, .ods) or Parquet",
  );
}

/** The text of a file, and how it was read. Without an encoding given, the bytes decide. */
export function decodeText(bytes: Uint8Array, encoding?: string): { text: string; encoding: string } {
  const found = encoding ?? encodingOf(bytes);
  if (found !== null) return { text: textDecoder(found).decodeAll(bytes), encoding: found };
  try {
    return { text: textDecoder("utf-8").decodeAll(bytes), encoding: "utf-8" };
  } catch (error) {
    if (!(error instanceof DrmError)) throw error;
    return { text: textDecoder("windows-1252").decodeAll(bytes), encoding: "windows-1252" };
  }
}

/** A decoder of a text that comes in pieces. @throws DrmError "bad_option" for an encoding that nobody knows */
export function textDecoder(encoding: string): TextBytes {
  if (/^(windows-1252|cp-?1252|latin-?1|iso-?8859-1)$/i.test(encoding)) {
    return {
      encoding,
      decodeAll: windows1252,
      decode: (bytes) => (bytes === undefined ? "" : windows1252(bytes)),
    };
  }
  let decoder: TextDecoder;
  try {
    decoder = new TextDecoder(encoding, { fatal: true });
  } catch {
    throw new DrmError(
      "bad_option",
      `encoding '${encoding}' is not known; wanted utf-8, utf-16le, utf-16be, windows-1252 or another name of the Encoding Standard`,
    );
  }
  const fatal = (decode: () => string) => {
    try {
      return decode();
    } catch {
      throw new DrmError(
        "bad_data",
        `the bytes are not ${encoding} text; say how they are to be read (encoding)`,
      );
    }
  };
  return {
    encoding,
    decodeAll: (bytes) => fatal(() => decoder.decode(bytes)),
    decode: (bytes) =>
      fatal(() => (bytes === undefined ? decoder.decode() : decoder.decode(bytes, { stream: true }))),
  };
}

/** Of bytes 0x80 to 0x9f; the others are their own characters. Some platforms read Latin 1 here, in which these are controls. */
const HIGH =
  "\u20ac\u0081\u201a\u0192\u201e\u2026\u2020\u2021\u02c6\u2030\u0160\u2039\u0152\u008d\u017d\u008f" +
  "\u0090\u2018\u2019\u201c\u201d\u2022\u2013\u2014\u02dc\u2122\u0161\u203a\u0153\u009d\u017e\u0178";

function windows1252(bytes: Uint8Array): string {
  const units = Uint16Array.from(bytes, (byte) => (byte >> 5 === 4 ? HIGH.charCodeAt(byte - 0x80) : byte));
  return new TextDecoder("utf-16le", { ignoreBOM: true }).decode(units);
}

/** How messages call an encoding. */
export function encodingName(encoding: string): string {
  return encoding.replace(/^utf-16[lb]e$/, "UTF-16").replace(/^windows/, "Windows");
}
