import { proveOp } from "../proveOp.ts";
import { simccDistillationFamily, simccKlFamily } from "./simccKl.ts";

await proveOp(simccKlFamily, simccDistillationFamily);
