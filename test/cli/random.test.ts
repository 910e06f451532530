import { writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { run } from "../../src/cli/main";
import { ranef } from "../../src/inference/ranef";
import { loadCase } from "../cases";
import { fitTo } from "../fit/simulated";
