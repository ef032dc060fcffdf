import type { Device } from "@kindling/gpu";
import { checkClipping, checkOptimizer } from "./checkOptimizer.ts";
import { checkRecordedOp } from "./checkRecordedOp.ts";
import { type GoldenOutcome, type GoldenPlan, unsupported } from "./goldenCase.ts";
import { type GoldenFiles, type GoldenTensors, readGoldenJson, readGoldenTensors } from "./goldenFiles.ts";
import { type OpEntry, opEntry } from "./opEntry.ts";
import { recordedOps } from "./recordedOps.ts";

/**
 * A case for each entry of `ops/index.json`; none where there is no folder `ops`.
 * @throws GoldenError when the index cannot be read; running a case, when its file cannot.
 */
export async function goldenOps(files: GoldenFiles): Promise<GoldenPlan[]> {
  if (!(await files.list("ops"))) return [];
  const index = await readGoldenJson(files, "ops/index.json");
  return Object.entries(index).map(([name, value]) => {
    const entry = opEntry(name, value);
    return { name: `ops/${name}`, lookAt: lookAt(entry), run: (device) => run(device, files, entry) };
  });
}

type Check = (device: Device, entry: OpEntry, file: GoldenTensors) => Promise<GoldenOutcome>;

/** Checks of ops that are not differentiable functions of their inputs. */
const otherChecks: Readonly<Record<string, { readonly check: Check; readonly lookAt: string }>> = {
  ...Object.fromEntries(["adam", "adam_l2", "adamw"].map((op) => [op, { check: checkOptimizer, lookAt: "packages/kernels/src/adam" }])),
  ...Object.fromEntries(["sgd", "sgd_nesterov"].map((op) => [op, { check: checkOptimizer, lookAt: "packages/kernels/src/sgd" }])),
  clip_grad_norm: { check: checkClipping, lookAt: "packages/kernels/src/clipByNorm" },
};

async function run(device: Device, files: GoldenFiles, entry: OpEntry): Promise<GoldenOutcome> {
  const recorded = ownValue(recordedOps, entry.op);
  const other = ownValue(otherChecks, entry.op);
  if (!recorded && !other) return unsupported(`there is no op ${entry.op}`);
  const file = await readGoldenTensors(files, `ops/${entry.name}.safetensors`);
  return recorded ? checkRecordedOp(device, recorded, entry, file) : other!.check(device, entry, file);
}

function lookAt(entry: OpEntry): string {
  const ours = ownValue(recordedOps, entry.op)?.ours;
  if (ours) return `\`kindling gradcheck ${ours}\`, which compares the op with its float64 definition, and packages/autograd/src/ops`;
  return ownValue(otherChecks, entry.op)?.lookAt ?? "packages/proof/src/golden/recordedOps.ts";
}

/** An index may name an op "constructor". */
function ownValue<T>(record: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}
