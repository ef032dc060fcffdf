import { proveOp } from "../proveOp.ts";
import { adaptiveWingFamily } from "./adaptiveWing.ts";

await proveOp(adaptiveWingFamily);
