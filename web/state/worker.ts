import { createClient } from "../worker/client";
import workerUrl from "../worker/fit.worker?worker&url";

/**
 * The worker is started by a blob: a worker from a URL has only the security policy that its server sends, one from a
 * blob has the page's, which lets nothing out.
 */
function createWorker(): Worker {
  const url = new URL(workerUrl, import.meta.url).href;
  const starter = new Blob([`import ${JSON.stringify(url)};`], { type: "text/javascript" });
  return new Worker(URL.createObjectURL(starter), { type: "module" });
}

/** The one worker of the page. */
export const client = createClient(createWorker);
