import { proveOp } from "../proveOp.ts";
import { activationFamilies } from "./activations.ts";

await proveOp(...activationFamilies);
