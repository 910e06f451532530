// How a sparse symmetric positive definite matrix M is eliminated, node by node: read from words that the caller has laid out
// once (src/model/sparse/plan.ts). A node is a dense matrix over its list of variables, the `columns` that it eliminates first;
// what is left of it goes into its parent's. A leaf is a node of one column without children.

/** The words of a node. As in src/model/sparse/assembly.ts. */
enum NodeWord {
  First,
  Columns,
  Size,
  List,
  Panel,
  End,
  EdgeEnd,
  LastChild,
  Sibling,
  Count,
}

/** Where a walk over the nodes stands. */
class Node {
  /** its number; -1 before the first */
  index: i32 = -1;
  isLeaf: bool = false;
  /** number of its first variable */
  first: i32 = 0;
  columns: i32 = 0;
  /** columns, and rows below them */
  size: i32 = 0;
  below: i32 = 0;
  /** its variables, 32-bit words: its columns and then the rows below them ... */
  list: usize = 0;
  /** ... of which these are the places in the parent's list; from the rows below on */
  inParent: usize = 0;
  /** bytes from the start of an array of panels to its own, columns x size doubles */
  panel: usize = 0;
  /** its cliques (rows of data) */
  begin: i32 = 0;
  end: i32 = 0;
  /** its edges: entries of M that are constant, between one of its columns and a variable of its list */
  firstEdge: i32 = 0;
  endEdge: i32 = 0;
  /** -1 for none */
  lastChild: i32 = -1;
  sibling: i32 = -1;

  private words: usize = 0;
  private lists: usize = 0;
  private parents: usize = 0;

  /** The arrays of words that nodes are in; with no node to begin with. */
  open(words: usize, lists: usize, parents: usize): void {
    this.words = words;
    this.lists = lists;
    this.parents = parents;
    this.index = -1;
  }

  moveTo(index: i32): void {
    const at = this.wordsOf(index);
    this.index = index;
    this.first = load<i32>(at, NodeWord.First << 2);
    const columns = load<i32>(at, NodeWord.Columns << 2);
    this.isLeaf = columns == 0;
    this.columns = max(columns, 1);
    this.size = load<i32>(at, NodeWord.Size << 2);
    this.below = this.size - this.columns;
    const list = (<usize>load<i32>(at, NodeWord.List << 2)) << 2;
    this.list = this.lists + list;
    this.inParent = this.parents + list + ((<usize>this.columns) << 2);
    this.panel = (<usize>load<i32>(at, NodeWord.Panel << 2)) << 3;
    this.begin = index == 0 ? 0 : load<i32>(at - (NodeWord.Count << 2), NodeWord.End << 2);
    this.end = load<i32>(at, NodeWord.End << 2);
    this.firstEdge = index == 0 ? 0 : load<i32>(at - (NodeWord.Count << 2), NodeWord.EdgeEnd << 2);
    this.endEdge = load<i32>(at, NodeWord.EdgeEnd << 2);
    this.lastChild = load<i32>(at, NodeWord.LastChild << 2);
    this.sibling = load<i32>(at, NodeWord.Sibling << 2);
  }

  private wordsOf(index: i32): usize {
    return this.words + ((<usize>(index * <i32>NodeWord.Count)) << 2);
  }
}

/** The node that is worked on, and another beside it: its child or its parent. */
export const node = new Node();
export const other = new Node();
