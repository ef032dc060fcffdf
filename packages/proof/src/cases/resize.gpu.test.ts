import { proveOp } from "../proveOp.ts";
import { resizeBilinearFamily, resizeNearestFamily } from "./resize.ts";

await proveOp(resizeBilinearFamily, resizeNearestFamily);
