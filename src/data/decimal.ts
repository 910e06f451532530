/**
 * A decimal number as people and programs write it: `12`, `-.5`, `+2`, `1e-3`, `Inf`. Undefined for anything else;
 * JavaScript's own conversion would also take hexadecimal numbers and empty text.
 */
export function parseDecimal(text: string): number | undefined {
  const value = Number(text);
  if (!Number.isNaN(value)) {
    if (text === "" || isRadixPrefix(text) || text.trim() !== text) return undefined;
    return value;
  }
  switch (text.toLowerCase()) {
    case "inf":
    case "+inf":
    case "infinity":
    case "+infinity":
      return Number.POSITIVE_INFINITY;
    case "-inf":
    case "-infinity":
      return Number.NEGATIVE_INFINITY;
    default:
      return undefined;
  }
}

/** 0x10, 0b1, 0o7: Number() takes them, and only unsigned. */
function isRadixPrefix(text: string): boolean {
  return text.length > 2 && text[0] === "0" && /[xob]/i.test(text[1]!);
}
