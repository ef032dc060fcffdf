import { proveOp } from "../proveOp.ts";
import { maskedL2Family } from "./maskedL2.ts";

await proveOp(maskedL2Family);
