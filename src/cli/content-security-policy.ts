/**
 * What the page may do: run its own scripts and compile WebAssembly, style itself, show the images that it draws. No
 * connection is allowed at all (connect-src), so the data cannot leave. In a meta element of the built page; `drmeta
 * serve` sends it as a header too.
 */
export const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "worker-src 'self' blob:",
  "style-src 'self'",
  "img-src 'self' blob:",
  "connect-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
].join("; ");
