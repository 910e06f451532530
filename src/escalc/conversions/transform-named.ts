import { DrmError, didYouMean } from "../../errors";
import { shown } from "../../options";
import { type Transform, transforms } from "../transforms";

const NONE: Transform = { title: "as it is", of: (x) => x, slope: () => 1 };

/** The transformation of that name; none without a name. */
export function transformNamed(caller: string, name: string | undefined): Transform {
  if (name === undefined) return NONE;
  if (Object.hasOwn(transforms, name)) return transforms[name]!;
  const near = didYouMean(name, Object.keys(transforms));
  const list = near === "" ? `; there are ${Object.keys(transforms).join(", ")}` : near;
  throw new DrmError("bad_option", `${caller}(): unknown transformation ${shown(name)}${list}`);
}
