import { proveOp } from "../proveOp.ts";
import { concatChannelsFamily } from "./concatChannels.ts";

await proveOp(concatChannelsFamily);
