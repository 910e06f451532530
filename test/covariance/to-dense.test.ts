import { expect, it } from "vitest";
import { metaVcovBivariate } from "../../src/covariance/meta-vcov-bivariate";
import { metaVcovCluster } from "../../src/covariance/meta-vcov-cluster";
import { formatMatrix, toDense } from "../../src/covariance/to-dense";

const bivariate = metaVcovBivariate({ v1: [1, 4], v2: [4, 4], cor12: [0.5, 1 / 3] });
const cluster = metaVcovCluster({ vi: [1, 4, 9], cluster: ["a", "b", "a"], rho: 0.5 });

it("writes the whole matrix out", () => {
  expect(toDense(metaVcovBivariate({ v1: [1, 4], v2: [4, 4], cov12: [1, -2] }))).toEqual([
    [1, 1, 0, 0],
    [1, 4, 0, 0],
    [0, 0, 4, -2],
    [0, 0, -2, 4],
  ]);
  expect(toDense(cluster)).toEqual([
    [1, 0, 1.5],
    [0, 4, 0],
    [1.5, 0, 9],
  ]);
});

it("prints a matrix", () => {
  expect(formatMatrix(bivariate).split("\n")).toEqual([
    "       y1[1]  y2[1]     y1[2]     y2[2]",
    "y1[1]      1      1         0         0",
    "y2[1]      1      4         0         0",
    "y1[2]      0      0         4  1.333333",
    "y2[2]      0      0  1.333333         4",
  ]);
  expect(formatMatrix(cluster, 2).split("\n")).toEqual([
    "     [1]  [2]",
    "[1]    1    0",
    "[2]    0    4",
    "... 3 x 3 in all",
  ]);
});
