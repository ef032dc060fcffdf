import { proveOp } from "../proveOp.ts";
import { maxPool2dFamily } from "./maxPool2d.ts";

await proveOp(maxPool2dFamily);
