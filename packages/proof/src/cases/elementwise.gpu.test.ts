import { proveOp } from "../proveOp.ts";
import { elementwiseFamilies } from "./elementwise.ts";

await proveOp(...elementwiseFamilies);
