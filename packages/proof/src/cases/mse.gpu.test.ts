import { proveOp } from "../proveOp.ts";
import { mseFamily } from "./mse.ts";

await proveOp(mseFamily);
