import { proveOp } from "../proveOp.ts";
import { fireFamily } from "./fire.ts";

await proveOp(fireFamily);
