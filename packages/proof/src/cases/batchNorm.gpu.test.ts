import { proveOp } from "../proveOp.ts";
import { batchNormFamily } from "./batchNorm.ts";

await proveOp(batchNormFamily);
