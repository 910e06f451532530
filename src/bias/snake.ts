const NAMES: Readonly<Record<string, string>> = { lower: "conf_low", upper: "conf_high" };

/** Names as the JSON of fits has them; numbers that do not exist are null. */
export function snake(value: unknown): unknown {
  if (typeof value === "number") return Number.isFinite(value) ? value : null;
  if (Array.isArray(value)) return value.map(snake);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, part]) => [
      NAMES[name] ?? name.replace(/(?<=[a-z])[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
      snake(part),
    ]),
  );
}
