import { proveOp } from "../proveOp.ts";
import { linearFamily } from "./linear.ts";

await proveOp(linearFamily);
