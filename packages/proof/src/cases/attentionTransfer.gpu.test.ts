import { proveOp } from "../proveOp.ts";
import { attentionTransferFamily } from "./attentionTransfer.ts";

await proveOp(attentionTransferFamily);
