// The script of the workers: bundled with all that it imports into worker-code.generated.ts.
import workerpool from "workerpool";
import { METHODS } from "./methods";
import { type Method, timed } from "./runner";

const named = Object.entries(METHODS as Readonly<Record<string, Method>>).map(
  ([name, method]): [string, (message: unknown) => unknown] => [
    name,
    (message) => {
      const { answered, transfer } = timed(method, message);
      return new workerpool.Transfer(answered, [...transfer]);
    },
  ],
);
workerpool.worker(Object.fromEntries(named));
