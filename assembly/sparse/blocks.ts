// Rectangles of row-major matrices: moved, transposed, mirrored.

/** B = A', A rows x columns. */
export function transpose(b: usize, a: usize, lda: i32, rows: i32, columns: i32): void {
  for (let i = 0; i < rows; i++) {
    let to = b + ((<usize>i) << 3);
    const from = a + ((<usize>i * <usize>lda) << 3);
    for (let j = 0; j < columns; j++) {
      store<f64>(to, load<f64>(from + ((<usize>j) << 3)));
      to += (<usize>rows) << 3;
    }
  }
}

/** The rows of a rectangle from one matrix to another. */
export function copyBlock(to: usize, ldTo: i32, from: usize, ldFrom: i32, rows: i32, columns: i32): void {
  for (let i = 0; i < rows; i++) {
    memory.copy(
      to + ((<usize>i * <usize>ldTo) << 3),
      from + ((<usize>i * <usize>ldFrom) << 3),
      (<usize>columns) << 3,
    );
  }
}

/** The lower triangle of a square matrix to the upper one. */
export function mirrorSquare(a: usize, ld: i32, n: i32): void {
  for (let i = 1; i < n; i++) {
    let to = a + ((<usize>i) << 3);
    const from = a + ((<usize>i * <usize>ld) << 3);
    for (let j = 0; j < i; j++) {
      store<f64>(to, load<f64>(from + ((<usize>j) << 3)));
      to += (<usize>ld) << 3;
    }
  }
}
