/** The worker as one script: src/batch/worker.ts with all that it imports, bundled by scripts/build-worker.mjs. */
export const workerCode: string;
