// Effects whose correlations theta moves: an intercept and slopes of one level, the levels of a factor within a study, places. Each
// effect has a role r, and is of something o (its study); effects a and b of one group have the correlation
//
//   K_ab = [o_a = o_b] C(r_a, r_b)
//
// C, R x R, and its derivatives in the group's coefficients kappa are written by the caller before each evaluation.

import { Field } from "../../abi";
import { add, read } from "../../accumulate";
import { at, get } from "../../room";
import { cursor, rowLevel, rowSlope, termGroup } from "./cursor";

/** Where the numbers of one group are. */
class Group {
  roles: i32 = 0;
  /** its first coefficient among those of all groups, and how many it has */
  first: i32 = 0;
  coefficients: i32 = 0;
  /** R x R; coefficients x R x R; R x R for each two coefficients */
  C: usize = 0;
  C1: usize = 0;
  C2: usize = 0;
  /** role and owner of the levels of the cluster at the cursor, two words each */
  levels: usize = 0;

  /** Moves to group g. The object is shared: read it before the next call. */
  static at(problem: usize, g: i32): Group {
    const group = shared;
    group.C = at(problem, Field.CorC);
    group.C1 = at(problem, Field.CorC1);
    group.C2 = at(problem, Field.CorC2);
    const firstLevel = get(problem, Field.NestedLevels) + get(problem, Field.SparseLevels);
    group.levels = at(problem, Field.LevelRoles) + ((<usize>(cursor.level - firstLevel)) << 3);
    let sizes = at(problem, Field.CorSizes);
    for (let h = 0; h <= g; h++, sizes += 12) {
      if (h > 0) group.skip();
      group.roles = load<i32>(sizes);
      group.first = load<i32>(sizes, 4);
      group.coefficients = load<i32>(sizes, 8);
    }
    return group;
  }

  private skip(): void {
    const square = (<usize>this.roles * <usize>this.roles) << 3;
    const n = <usize>this.coefficients;
    this.C += square;
    this.C1 += n * square;
    this.C2 += ((n * (n + 1)) >> 1) * square;
  }

  roleOf(u: i32): i32 {
    return load<i32>(this.levels + ((<usize>u) << 3));
  }

  /** What the effect of level u is of. */
  ownerOf(u: i32): i32 {
    return load<i32>(this.levels + ((<usize>u) << 3), 4);
  }

  /** Derivatives of C in coefficient k, R x R. */
  firstOf(k: i32): usize {
    return this.C1 + ((<usize>k * <usize>this.roles * <usize>this.roles) << 3);
  }

  /** Second derivatives in coefficients l <= k. */
  secondOf(k: i32, l: i32): usize {
    return this.C2 + ((<usize>((k * (k + 1)) / 2 + l) * <usize>this.roles * <usize>this.roles) << 3);
  }
}

const shared = new Group();

export { Group };

/** S_ij += omega_u z_it omega_v z_js C(r_u, r_v) over the terms t and s of group g, u and v being the levels of rows i and j there. */
export function addGroup(problem: usize, omega2: usize, g: i32, terms: i32): void {
  const group = Group.at(problem, g);
  const m = cursor.rows;
  const roles = group.roles;
  for (let i = 0; i < m; i++) {
    const row = cursor.matrix + ((<usize>i * <usize>m) << 3);
    for (let t = 0; t < terms; t++) {
      if (termGroup(problem, t) != g) continue;
      const u = rowLevel(i, t, terms);
      if (u < 0) continue;
      const own = Math.sqrt(read(omega2, u)) * rowSlope(i, t, terms);
      const owner = group.ownerOf(u);
      const C = group.C + ((<usize>(group.roleOf(u) * roles)) << 3);
      for (let s = 0; s < terms; s++) {
        if (termGroup(problem, s) != g) continue;
        for (let j = 0; j <= i; j++) {
          const v = rowLevel(j, s, terms);
          if (v < 0 || group.ownerOf(v) != owner) continue;
          add(row, j, own * Math.sqrt(read(omega2, v)) * rowSlope(j, s, terms) * read(C, group.roleOf(v)));
        }
      }
    }
  }
}
