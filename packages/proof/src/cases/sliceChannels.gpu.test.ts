import { proveOp } from "../proveOp.ts";
import { padChannelsFamily, sliceChannelsFamily } from "./sliceChannels.ts";

await proveOp(sliceChannelsFamily, padChannelsFamily);
