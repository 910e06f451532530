// The four walks over the nodes, with what rows add on the way: M to its factors, from the first node on; these to the entries of
// G = M^-1 that are needed, from the last one back; and for a change of M both ways again. Fronts wait on a stack for their
// parent, of which the last child is on top; on the way back what a child needs of its parent's G lies there in its place.

import { Field } from "../../abi";
import { add, read } from "../../accumulate";
import { at, get } from "../../room";
import { log } from "../../simd/log";
import {
  addToFront,
  changeFront,
  changeInverse,
  factorFront,
  fillFront,
  invertPivots,
  putCorner,
  selectInverse,
  takeCorner,
  takeFromFront,
} from "../../sparse/front";
import { node, other } from "../../sparse/nodes";
import { changeLeaf, changeLeafInverse, eliminateLeaf, selectLeaf } from "./leaves";
import { diagonalOf } from "./levels";
import { addInverse, addLevelChange, addRowChange } from "./row-inverse";
import { edgeValue, firstPlace, levelOf, placeOf, secondPlace, slopeOf, work } from "./work";

/** Doubles of what waits of a node. */
function waiting(below: i32): usize {
  return (<usize>below * <usize>below) << 3;
}

/** Address of the weights of the section's rows, a_i. */
export function precisions(problem: usize): usize {
  return at(problem, Field.WeightedInverse) + work.rowOffset;
}

/** The first of the leaves that come directly before the front `index`. */
function firstLeaf(index: i32): i32 {
  let first = index;
  while (first > 0) {
    node.moveTo(first - 1);
    if (!node.isLeaf) break;
    first--;
  }
  return first;
}

/** front[r, c] += x, in its lower triangle. */
function addLower(front: usize, size: i32, r: i32, c: i32, x: f64): void {
  add(front, max(r, c) * size + min(r, c), x);
}

/** Factors of M. log|M|, NaN when it is not positive definite. */
export function factor(problem: usize): f64 {
  const scratch = at(problem, Field.Scratch);
  const a = precisions(problem);
  const front = work.front;
  let top = work.stack;
  let logDet: f64 = 0;
  let leaves: i32 = 0;
  for (let index = 0; index < work.nodes; index++) {
    node.moveTo(index);
    if (node.isLeaf) continue;
    const size = node.size;
    memory.fill(front, 0, (<usize>size * <usize>size) << 3);
    for (; leaves < index; leaves++) {
      node.moveTo(leaves);
      logDet += log(eliminateLeaf(a, front, size));
    }
    leaves++;
    node.moveTo(index);
    addRows(a, front, size);
    addPrecision(front, size);
    for (let child = node.lastChild; child >= 0; child = other.sibling) {
      other.moveTo(child);
      top -= waiting(other.below);
      addToFront(front, size, top, other.below, other.inParent);
    }
    const factors = work.factors + node.panel;
    const inverses = work.inverses + node.panel;
    logDet += factorFront(front, node.columns, size, factors, inverses, work.columns, scratch);
    if (isNaN(logDet)) return NaN;
    takeCorner(top, front, node.columns, size);
    top += waiting(node.below);
  }
  return logDet;
}

/** The entries of P that are in the front at `node`. */
function addPrecision(front: usize, size: i32): void {
  for (let j = 0; j < node.columns; j++) addLower(front, size, j, j, diagonalOf(node.first + j));
  for (let e = node.firstEdge; e < node.endEdge; e++)
    addLower(front, size, secondPlace(e), firstPlace(e), edgeValue(e));
}

/** What the rows of the front at `node` add to M. */
function addRows(a: usize, front: usize, size: i32): void {
  for (let i = node.begin; i < node.end; i++) {
    const ai = read(a, i);
    for (let t = 0; t < work.terms; t++) {
      const place = placeOf(i, t);
      if (place < 0) continue;
      const x = ai * slopeOf(i, t);
      for (let s = 0; s <= t; s++) {
        const second = placeOf(i, s);
        if (second >= 0) addLower(front, size, place, second, x * slopeOf(i, s));
      }
    }
  }
}

/** G, and of it beta_u and h_i. */
export function select(problem: usize): void {
  const scratch = at(problem, Field.Scratch);
  const a = precisions(problem);
  const front = work.front;
  let top = work.stack;
  memory.fill(work.beta, 0, (<usize>work.levels) << 3);
  // a row that fills up a pair belongs to no node, and 0 times what memory held before may be NaN
  memory.fill(at(problem, Field.RowShared), 0, (<usize>work.rows) << 3);
  for (let index = work.nodes - 1; index >= 0; ) {
    const leaves = firstLeaf(index);
    node.moveTo(index);
    const columns = node.columns;
    const size = node.size;
    const factors = work.factors + node.panel;
    const inverses = work.inverses + node.panel;
    if (node.below > 0) {
      top -= waiting(node.below);
      putCorner(front, columns, size, top);
    } else invertPivots(columns, factors, inverses, scratch);
    selectInverse(front, columns, size, factors, inverses, work.selected + node.panel, scratch);
    addInverse(problem, a, front, size);
    top = giveToChildren(front, size, top);
    for (let leaf = leaves; leaf < index; leaf++) {
      node.moveTo(leaf);
      selectLeaf(front, size);
      addInverse(problem, a, front, size);
    }
    index = leaves - 1;
  }
}

/** On the stack, the last child on top, what the children of `node` need of its full front. */
function giveToChildren(front: usize, size: i32, top: usize): usize {
  let end = top;
  for (let child = node.lastChild; child >= 0; child = other.sibling) {
    other.moveTo(child);
    end += waiting(other.below);
  }
  let place = end;
  for (let child = node.lastChild; child >= 0; child = other.sibling) {
    other.moveTo(child);
    place -= waiting(other.below);
    takeFromFront(place, front, size, other.below, other.inParent);
  }
  return end;
}

/** The change of M in the direction of `work.delta` and `work.rate`, through the elimination. */
export function changeFactors(problem: usize): void {
  const scratch = at(problem, Field.Scratch);
  const a = precisions(problem);
  const change = work.change;
  let top = work.stack;
  let leaves: i32 = 0;
  for (let index = 0; index < work.nodes; index++) {
    node.moveTo(index);
    if (node.isLeaf) continue;
    const size = node.size;
    memory.fill(change, 0, (<usize>size * <usize>size) << 3);
    for (; leaves < index; leaves++) {
      node.moveTo(leaves);
      changeLeaf(a, change, size);
    }
    leaves++;
    node.moveTo(index);
    changeRows(a, change, size);
    for (let child = node.lastChild; child >= 0; child = other.sibling) {
      other.moveTo(child);
      top -= waiting(other.below);
      addToFront(change, size, top, other.below, other.inParent);
    }
    const factors = work.factors + node.panel;
    const inverses = work.inverses + node.panel;
    changeFront(
      change,
      node.columns,
      size,
      factors,
      inverses,
      work.tangents + node.panel,
      work.columns,
      scratch,
    );
    takeCorner(top, change, node.columns, size);
    top += waiting(node.below);
  }
}

function changeRows(a: usize, change: usize, size: i32): void {
  for (let i = node.begin; i < node.end; i++) {
    const ai = read(a, i);
    const rate = read(work.rate, i);
    for (let t = 0; t < work.terms; t++) {
      const place = placeOf(i, t);
      if (place < 0) continue;
      const x = ai * slopeOf(i, t);
      const moved = rate + read(work.delta, levelOf(i, t));
      for (let s = 0; s <= t; s++) {
        const second = placeOf(i, s);
        if (second < 0) continue;
        addLower(change, size, place, second, x * slopeOf(i, s) * (moved + read(work.delta, levelOf(i, s))));
      }
    }
  }
}

/** The change of G in the direction of element l of theta, and what it means for levels and rows (row-inverse.ts). */
export function changeSelected(problem: usize, l: i32): void {
  const scratch = at(problem, Field.Scratch);
  const a = precisions(problem);
  const front = work.front;
  const change = work.change;
  let top = work.stack;
  let changeTop = work.changeStack;
  const movesRows = l < work.ofRows;
  for (let index = work.nodes - 1; index >= 0; ) {
    const leaves = firstLeaf(index);
    node.moveTo(index);
    const columns = node.columns;
    const size = node.size;
    const factors = work.factors + node.panel;
    const inverses = work.inverses + node.panel;
    const tangents = work.tangents + node.panel;
    if (node.below > 0) {
      top -= waiting(node.below);
      changeTop -= waiting(node.below);
      putCorner(front, columns, size, top);
      putCorner(change, columns, size, changeTop);
    }
    const side = inverses + ((<usize>(columns * columns)) << 3);
    fillFront(front, columns, size, work.selected + node.panel, side);
    changeInverse(change, front, columns, size, factors, inverses, tangents, work.columns, scratch);
    addLevelChange(change, size);
    if (movesRows) addRowChange(problem, a, change, size, l);
    changeTop = giveToChildren(change, size, changeTop);
    top = giveToChildren(front, size, top);
    for (let leaf = leaves; leaf < index; leaf++) {
      node.moveTo(leaf);
      changeLeafInverse(change, front, size);
      addLevelChange(change, size);
      if (movesRows) addRowChange(problem, a, change, size, l);
    }
    index = leaves - 1;
  }
}
