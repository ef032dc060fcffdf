import { proveOp } from "../proveOp.ts";
import { jointsMseFamily } from "./jointsMse.ts";

await proveOp(jointsMseFamily);
