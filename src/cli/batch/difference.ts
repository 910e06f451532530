import type { ResultJson } from "./result-rows";

/** Another machine or version of Node may round otherwise; no option changes so little. */
const RELATIVE = 1e-6;
const ABSOLUTE = 1e-9;

/** Held against the job by others, or of no weight. */
const ELSEWHERE: ReadonlySet<string> = new Set(["id", "drmeta", "formulas", "method"]);

/** Where two results of one job differ, in words, or null. What `before` does not say, being from a table, is no difference. */
export function difference(before: ResultJson, now: ResultJson): string | null {
  if (before.error === undefined && now.error !== undefined) {
    return `it was fitted, and now it would fail: ${now.error.message}`;
  }
  if (before.error !== undefined && now.error === undefined) {
    return `it failed (${before.error.message}), and now it would not: --retry-failed runs it again`;
  }
  const isLine = before.drmeta !== undefined;
  const isSameVersion = before.drmeta === now.drmeta;
  for (const key of new Set([...Object.keys(before), ...(isLine ? Object.keys(now) : [])])) {
    if (ELSEWHERE.has(key) || (key === "convergence" && !isSameVersion)) continue;
    const found = differs(before[key as keyof ResultJson], now[key as keyof ResultJson], key);
    if (found !== null) return found;
  }
  return null;
}

function differs(before: unknown, now: unknown, name: string): string | null {
  if (Array.isArray(before) && Array.isArray(now)) {
    if (before.length !== now.length)
      return `it had ${before.length} ${name}, and now it would have ${now.length}`;
    for (let i = 0; i < before.length; i++) {
      const found = differs(before[i], now[i], nameOf(before[i]) ?? name);
      if (found !== null) return found;
    }
    return null;
  }
  if (isObject(before) && isObject(now)) {
    for (const key of Object.keys(before)) {
      // what is left of a gradient is noise
      const found = key === "max_gradient" ? null : differs(before[key], now[key], `${name} ${key}`);
      if (found !== null) return found;
    }
    return null;
  }
  return isAlike(before, now) ? null : `${name} was ${shown(before)}, and now it would be ${shown(now)}`;
}

function isAlike(before: unknown, now: unknown): boolean {
  if (typeof before === "number" && typeof now === "number") {
    return Math.abs(before - now) <= ABSOLUTE + RELATIVE * Math.max(Math.abs(before), Math.abs(now));
  }
  if (typeof before === "string" && typeof now === "string") return plain(before) === plain(now);
  return Object.is(before, now);
}

/** A table has no line breaks in its cells. */
function plain(text: string): string {
  return text.replaceAll(/\s+/g, " ").trim();
}

function nameOf(value: unknown): string | null {
  return isObject(value) && "dpar" in value && "term" in value ? `${value.dpar}:${value.term}` : null;
}

function shown(value: unknown): string {
  if (typeof value === "number") return String(Number(value.toPrecision(7)));
  if (value === undefined || value === null) return "nothing";
  return isObject(value) ? "something" : JSON.stringify(value);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
