import { proveOp } from "../proveOp.ts";
import { jointsOhkmMseFamily } from "./jointsOhkmMse.ts";

await proveOp(jointsOhkmMseFamily);
