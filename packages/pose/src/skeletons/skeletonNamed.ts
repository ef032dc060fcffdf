import { aic14 } from "./aic14.ts";
import { babypose12 } from "./babypose12.ts";
import { coco17 } from "./coco17.ts";
import { cocoWholebody133 } from "./cocoWholebody133.ts";
import { crowdpose14 } from "./crowdpose14.ts";
import { halpe26 } from "./halpe26.ts";
import { halpe136 } from "./halpe136.ts";
import { humanart21 } from "./humanart21.ts";
import { jhmdb15 } from "./jhmdb15.ts";
import { lsp14 } from "./lsp14.ts";
import { mpii16 } from "./mpii16.ts";
import { openpose18 } from "./openpose18.ts";
import { type Skeleton, SkeletonError } from "./skeleton.ts";

/** Every skeleton that is built in. OCHuman's is COCO's. */
export const skeletons: readonly Skeleton[] = [
  coco17,
  cocoWholebody133,
  halpe26,
  halpe136,
  mpii16,
  crowdpose14,
  aic14,
  lsp14,
  jhmdb15,
  openpose18,
  babypose12,
  humanart21,
];

/** The built-in skeleton of this name. @throws SkeletonError that lists all when there is none. */
export function skeletonNamed(name: string): Skeleton {
  const found = skeletons.find((skeleton) => skeleton.name === name);
  if (found) return found;
  throw new SkeletonError(`no skeleton is named "${name}"; there are ${skeletons.map((skeleton) => skeleton.name).join(", ")}`);
}
