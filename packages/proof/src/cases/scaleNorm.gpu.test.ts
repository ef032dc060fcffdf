import { proveOp } from "../proveOp.ts";
import { scaleNormFamily } from "./scaleNorm.ts";

await proveOp(scaleNormFamily);
