// The middle layer: moving parts of row-major matrices into the panels that the micro-kernel reads.

/** broadcast[8 p + 2 r] = broadcast[8 p + 2 r + 1] = panel[4 p + r]: doubles k steps of a panel. */
export function broadcastPanel(dst: usize, panel: usize, k: i32): void {
  const end = panel + ((<usize>k) << 5);
  while (panel < end) {
    v128.store(dst, v128.load64_splat(panel));
    v128.store(dst, v128.load64_splat(panel, 8), 16);
    v128.store(dst, v128.load64_splat(panel, 16), 32);
    v128.store(dst, v128.load64_splat(panel, 24), 48);
    panel += 32;
    dst += 64;
  }
}

/** Broadcast panel of 4 full rows of a row-major matrix: dst[8 p + 2 r] = a[r, p], p < k. */
export function broadcastRows(dst: usize, a: usize, stride: usize, k: i32): void {
  const a1 = a + stride;
  const a2 = a1 + stride;
  const a3 = a2 + stride;
  const bytes = (<usize>k) << 3;
  for (let p: usize = 0; p < bytes; p += 8) {
    v128.store(dst, v128.load64_splat(a + p));
    v128.store(dst, v128.load64_splat(a1 + p), 16);
    v128.store(dst, v128.load64_splat(a2 + p), 32);
    v128.store(dst, v128.load64_splat(a3 + p), 48);
    dst += 64;
  }
}

/** Panel of `rows` <= 4 rows and k columns of a row-major matrix; missing rows and steps up to `depth` are 0. */
export function packRows(dst: usize, a: usize, stride: usize, rows: i32, k: i32, depth: i32): void {
  if (rows < 4 || k < depth) memory.fill(dst, 0, (<usize>depth) << 5);
  for (let r = 0; r < rows; r++) {
    let to = dst + ((<usize>r) << 3);
    const end = a + ((<usize>k) << 3);
    for (let from = a; from < end; from += 8) {
      store<f64>(to, load<f64>(from));
      to += 32;
    }
    a += stride;
  }
}

/** Copies rows x cols (each <= 4) of a matrix into a 4 x 4 tile padded with 0. */
export function loadEdge(tile: usize, c: usize, stride: usize, rows: i32, cols: i32): void {
  memory.fill(tile, 0, 128);
  for (let r = 0; r < rows; r++) {
    for (let s = 0; s < cols; s++) {
      store<f64>(tile + ((<usize>(r * 4 + s)) << 3), load<f64>(c + ((<usize>s) << 3)));
    }
    c += stride;
  }
}

/** The way back from `loadEdge`. */
export function storeEdge(tile: usize, c: usize, stride: usize, rows: i32, cols: i32): void {
  for (let r = 0; r < rows; r++) {
    for (let s = 0; s < cols; s++) {
      store<f64>(c + ((<usize>s) << 3), load<f64>(tile + ((<usize>(r * 4 + s)) << 3)));
    }
    c += stride;
  }
}
