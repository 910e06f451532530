/** A report: plain data that also knows its text, so `String(report)` and template literals print it. */
export type Printable<T> = T & { toString(): string };

/**
 * Attaches the text. The property is not enumerable, so JSON, structuredClone and deep comparison see plain data only.
 */
export function printable<T extends object>(data: T, render: (data: T) => string): Printable<T> {
  return Object.defineProperty(data, "toString", { value: () => render(data), enumerable: false });
}
