import { proveOp } from "../proveOp.ts";
import { flipFamily } from "./flip.ts";

await proveOp(flipFamily);
