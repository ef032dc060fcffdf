import { proveOp } from "../proveOp.ts";
import { addReluFamily } from "./addRelu.ts";

await proveOp(addReluFamily);
