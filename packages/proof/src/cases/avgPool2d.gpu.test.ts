import { proveOp } from "../proveOp.ts";
import { adaptiveAvgPool2dFamily, avgPool2dFamily, globalAvgPool2dFamily } from "./avgPool2d.ts";

await proveOp(avgPool2dFamily, adaptiveAvgPool2dFamily, globalAvgPool2dFamily);
