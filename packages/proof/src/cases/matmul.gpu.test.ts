import { proveOp } from "../proveOp.ts";
import { matmulFamily } from "./matmul.ts";

await proveOp(matmulFamily);
