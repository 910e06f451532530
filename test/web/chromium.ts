import { existsSync } from "node:fs";
import { type Browser, chromium } from "playwright-core";

const PLACES = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe",
];

/** CHROMIUM names another one. */
const executable = process.env.CHROMIUM ?? PLACES.find((path) => existsSync(path));

/** In CI a missing browser is a failure; elsewhere its tests are left out, and say so. */
export const chromiumIsMissing = executable === undefined;
if (chromiumIsMissing) {
  const message = "no Chromium found: install it (apt-get install chromium), or set CHROMIUM to its path";
  if (process.env.CI) throw new Error(message);
  console.warn(`Tests in the browser are skipped: ${message}.`);
}

export function launchChromium(): Promise<Browser> {
  // the sandbox needs rights that containers seldom give, and root never has
  return chromium.launch({ executablePath: executable!, args: ["--no-sandbox"] });
}
