import { proveOp } from "../proveOp.ts";
import { cropFamily, padFamily } from "./pad.ts";

await proveOp(padFamily, cropFamily);
