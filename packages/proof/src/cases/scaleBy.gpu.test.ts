import { proveOp } from "../proveOp.ts";
import { scaleByFamily } from "./scaleBy.ts";

await proveOp(scaleByFamily);
