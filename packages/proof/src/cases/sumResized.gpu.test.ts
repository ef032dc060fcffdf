import { proveOp } from "../proveOp.ts";
import { sumResizedFamily } from "./sumResized.ts";

await proveOp(sumResizedFamily);
