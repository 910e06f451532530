import { DrmError } from "../../index";
import { isList, shown } from "../../options";

/**
 * What the plots of results ask first.
 * @throws DrmError "bad_option" naming the function whose result is wanted, where `found` lacks its lists or one of them is empty
 */
export function requireResult(caller: string, found: unknown, maker: string, lists: readonly string[]): void {
  const given = (found ?? {}) as Readonly<Record<string, unknown>>;
  if (lists.every((name) => isList(given[name]) && (given[name] as ArrayLike<unknown>).length > 0)) return;
  throw new DrmError("bad_option", `${caller}() takes what ${maker}() returns; it was given ${shown(found)}`);
}
