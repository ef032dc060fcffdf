import { proveOp } from "../proveOp.ts";
import { featureDistanceFamily } from "./featureDistance.ts";

await proveOp(featureDistanceFamily);
