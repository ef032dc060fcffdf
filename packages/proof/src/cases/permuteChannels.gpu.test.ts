import { proveOp } from "../proveOp.ts";
import { permuteChannelsFamily } from "./permuteChannels.ts";

await proveOp(permuteChannelsFamily);
