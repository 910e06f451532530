import type { Failure } from "../model/error-field";
import type { Session } from "./session";

/** What the page asks of the worker: a call of the session by its name. Everything survives structuredClone. */
export type Request = {
  [Name in keyof Session]: {
    readonly id: number;
    readonly name: Name;
    readonly args: Parameters<Session[Name]>;
  };
}[keyof Session];

export type Reply =
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly failure: Failure };
