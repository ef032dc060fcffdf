import { proveOp } from "../proveOp.ts";
import { dropoutFamily } from "./dropout.ts";

await proveOp(dropoutFamily);
