// Dense linear algebra on wasm memory: row-major f64 matrices, leading dimensions in elements, addresses in bytes.
export { cholesky, logDetFromCholesky } from "./cholesky";
export { invertFromCholesky } from "./inverse";
export { addProduct, addProductLower } from "./product";
export { scratchBytes } from "./scratch";
export { solveLower, solveLowerTransposed } from "./solve";
export { symmetricTimes } from "./symmetric";
