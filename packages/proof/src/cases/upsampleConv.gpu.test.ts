import { proveOp } from "../proveOp.ts";
import { upsampleConvFamily } from "./upsampleConv.ts";

await proveOp(upsampleConvFamily);
