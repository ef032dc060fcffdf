import { proveOp } from "../proveOp.ts";
import { convTranspose2dFamily } from "./convTranspose2d.ts";

await proveOp(convTranspose2dFamily);
