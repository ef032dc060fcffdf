import { proveOp } from "../proveOp.ts";
import { randomNormalFamily, randomUniformFamily } from "./randomFill.ts";

await proveOp(randomUniformFamily, randomNormalFamily);
