// The script of the workers: bundled with all that it imports into worker-code.generated.ts.
import workerpool from "workerpool";
import { METHODS } from "./methods";
import { type Method, type Request, timed } from "./runner";

const methods: Readonly<Record<string, Method>> = METHODS;

/** Answers the requests that come through the port, one after the other, for as long as the worker lives. */
function serve(port: MessagePort): Promise<never> {
  port.onmessage = ({ data }: MessageEvent<Request>) => {
    const { answered, transfer } = timed(methods[data.method]!, data.message);
    port.postMessage(answered, transfer);
  };
  return new Promise(() => {});
}

workerpool.worker({ serve });
