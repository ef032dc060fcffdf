import { proveOp } from "../proveOp.ts";
import { convReluMaxPool2dFamily } from "./convReluMaxPool2d.ts";

await proveOp(convReluMaxPool2dFamily);
