import { proveOp } from "../proveOp.ts";
import { layerNormFamily } from "./layerNorm.ts";

await proveOp(layerNormFamily);
