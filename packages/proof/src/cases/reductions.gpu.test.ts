import { proveOp } from "../proveOp.ts";
import { reductionFamilies } from "./reductions.ts";

await proveOp(...reductionFamilies);
