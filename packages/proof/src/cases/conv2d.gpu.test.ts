import { proveOp } from "../proveOp.ts";
import { conv2dFamily } from "./conv2d.ts";

await proveOp(conv2dFamily);
