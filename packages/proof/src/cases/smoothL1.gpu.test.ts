import { proveOp } from "../proveOp.ts";
import { smoothL1Family } from "./smoothL1.ts";

await proveOp(smoothL1Family);
