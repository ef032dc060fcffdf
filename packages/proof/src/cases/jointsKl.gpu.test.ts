import { proveOp } from "../proveOp.ts";
import { jointsKlFamily } from "./jointsKl.ts";

await proveOp(jointsKlFamily);
