// Widths of Helvetica (and of Arial, its metric twin) in thousandths of the font size, from space to tilde: what a column
// of text needs has to be known where there is no screen to measure it on.
const WIDTHS = [
  278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556, 556, 556,
  556, 556, 556, 556, 556, 278, 278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667, 611, 778, 722, 278,
  500, 667, 556, 833, 722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469,
  556, 333, 556, 556, 500, 556, 556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556, 556, 556, 333, 500,
  278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584,
];
/** Accented letters are as wide as plain ones; Chinese, Japanese, Korean and emoji fill a square. */
const OTHER = 560;
const WIDE = 1000;
/** Bold letters, and the fonts that stand in for Helvetica, are wider. */
const ALLOWANCE = 1.06;

/** Width in px of one line of text. */
export function textWidth(text: string, fontSize: number): number {
  let sum = 0;
  for (const character of text) {
    const code = character.codePointAt(0)!;
    sum += WIDTHS[code - 32] ?? (code >= 0x1100 ? WIDE : OTHER);
    // dashes and the minus sign are above that limit, and narrow
    if (code >= 0x2000 && code < 0x2300) sum -= WIDE - OTHER;
  }
  return (sum / 1000) * fontSize * ALLOWANCE;
}

/** Lines no wider than `width` px, broken at spaces, or within a word that alone is too wide. */
export function wrapText(text: string, width: number, fontSize: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(/\s+/)) {
    const joined = line === "" ? word : `${line} ${word}`;
    if (textWidth(joined, fontSize) <= width) {
      line = joined;
      continue;
    }
    if (line !== "") lines.push(line);
    line = word;
    while (textWidth(line, fontSize) > width && [...line].length > 1) {
      const cut = fitting(line, width, fontSize);
      lines.push(line.slice(0, cut));
      line = line.slice(cut);
    }
  }
  return [...lines, line];
}

/** How much of a word fits: at least one character. */
function fitting(word: string, width: number, fontSize: number): number {
  let cut = 0;
  for (const character of word) {
    if (cut > 0 && textWidth(word.slice(0, cut + character.length), fontSize) > width) break;
    cut += character.length;
  }
  return cut;
}
