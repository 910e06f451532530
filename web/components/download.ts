/** Hands the reader a file; nothing is sent anywhere. */
export function download(fileName: string, content: string | Blob, type: string): void {
  const blob = typeof content === "string" ? new Blob([content], { type: `${type};charset=utf-8` }) : content;
  const url = URL.createObjectURL(blob);
  const link = document.createElement("a");
  link.href = url;
  link.download = fileName;
  link.click();
  // the browser has the file once the click is through
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
