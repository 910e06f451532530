// node scripts/test-verdict.mjs RESULTS.json STATUS: says what vitest's JSON report amounts to. The last line is
// "N passed, N failed"; the exit code is not 0 when a test failed, nothing ran, or vitest itself ended with STATUS.
import { readFileSync } from "node:fs";

const [path, status] = process.argv.slice(2);
const { numPassedTests, numPendingTests, numTodoTests, testResults } = readResults(path);

const failures = testResults.flatMap(({ name, status: fileStatus, message, assertionResults }) => {
  const failed = assertionResults.filter((test) => test.status === "failed").map((test) => test.fullName);
  // a file that could not be loaded has no tests to fail
  return fileStatus === "failed" && failed.length === 0 ? [`${name}: ${message}`] : failed;
});
for (const failure of failures) console.log(`FAILED ${failure}`);
if (numPassedTests === 0) console.log("no test ran");
else if (status !== "0" && failures.length === 0) console.log(`vitest ended with status ${status}`);
console.log(`${numPendingTests + numTodoTests} skipped`);
console.log(`${numPassedTests} passed, ${failures.length} failed`);
process.exitCode = failures.length > 0 || numPassedTests === 0 || status !== "0" ? 1 : 0;

function readResults(file) {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    console.log(`no test results: ${error.message}`);
    return { numPassedTests: 0, numPendingTests: 0, numTodoTests: 0, testResults: [] };
  }
}
