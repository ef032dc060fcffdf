import { proveOp } from "../proveOp.ts";
import { relationalAngleFamily } from "./relationalAngle.ts";
import { relationalDistanceFamily } from "./relationalDistance.ts";

await proveOp(relationalDistanceFamily, relationalAngleFamily);
