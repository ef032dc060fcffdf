import { proveOp } from "../proveOp.ts";
import { broadcastFamilies } from "./broadcast.ts";

await proveOp(...broadcastFamilies);
