import { readFileSync } from "node:fs";

/** A fenced block of a Markdown file, with what it says it prints: the ```text block that follows, if there is one. */
export interface CodeBlock {
  readonly language: string;
  readonly code: string;
  readonly output: string | null;
  /** of the opening fence, from 1 */
  readonly line: number;
}

export function codeBlocks(path: string | URL): CodeBlock[] {
  const blocks: { language: string; code: string; output: string | null; line: number }[] = [];
  const lines = readFileSync(path, "utf8").split("\n");
  for (let i = 0; i < lines.length; i++) {
    const language = /^```(\w+)$/.exec(lines[i]!)?.[1];
    if (language === undefined) continue;
    const line = i + 1;
    const code: string[] = [];
    for (i++; lines[i] !== "```"; i++) {
      if (i >= lines.length) throw new Error(`the block of line ${line} is not closed`);
      code.push(lines[i]!);
    }
    const text = `${code.join("\n")}\n`;
    const last = blocks.at(-1);
    if (language === "text" && last?.output === null) last.output = text;
    else blocks.push({ language, code: text, output: null, line });
  }
  return blocks;
}

/** Whether text is what a document shows: a line `...` stands for any lines, and space at line ends does not count. */
export function matchesShown(text: string, shown: string): boolean {
  const escaped = (line: string) => line.trimEnd().replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  const pattern = shown
    .trimEnd()
    .split("\n")
    .map((line) => (line.trim() === "..." ? "(?:.*\\n)*?" : `${escaped(line)}\\n`))
    .join("");
  const trimmed = text
    .trimEnd()
    .split("\n")
    .map((line) => `${line.trimEnd()}\n`);
  return new RegExp(`^${pattern}$`).test(trimmed.join(""));
}
