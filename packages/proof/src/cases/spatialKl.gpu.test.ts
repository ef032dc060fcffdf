import { proveOp } from "../proveOp.ts";
import { spatialKlFamily } from "./spatialKl.ts";

await proveOp(spatialKlFamily);
