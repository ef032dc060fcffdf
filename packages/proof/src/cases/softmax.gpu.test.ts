import { proveOp } from "../proveOp.ts";
import { softmaxFamily } from "./softmax.ts";

await proveOp(softmaxFamily);
