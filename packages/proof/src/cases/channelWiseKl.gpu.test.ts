import { proveOp } from "../proveOp.ts";
import { channelWiseKlFamily } from "./channelWiseKl.ts";

await proveOp(channelWiseKlFamily);
