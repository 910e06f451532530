import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    globalSetup: ["test/build-inlined.ts"],
    testTimeout: 60_000,
    coverage: { include: ["src/**", "bindings/**"] },
  },
});
