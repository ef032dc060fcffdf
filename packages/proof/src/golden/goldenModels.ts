import type { Device } from "@kindling/gpu";
import { checked, type GoldenPlan, type TensorCheck, unsupported } from "./goldenCase.ts";
import { GoldenError } from "./goldenError.ts";
import { type GoldenFiles, type GoldenJson, readGoldenJson } from "./goldenFiles.ts";
import { hrnetValues } from "./hrnetValues.ts";
import { type ModelFile, modelFile } from "./modelFile.ts";
import { squeezenetForward } from "./squeezenetForward.ts";
import { squeezenetTraining } from "./squeezenetTraining.ts";

type Check = (device: Device, files: GoldenFiles, file: ModelFile) => Promise<readonly TensorCheck[]>;

/** Checks by the name of the value file. */
const checks: Readonly<Record<string, Check>> = {
  squeezenet_hpe_384x288: squeezenetForward,
  squeezenet_hpe_training: squeezenetTraining,
  hrnet_w8_values: hrnetValues,
};

/**
 * A case for each value file that `models/bounds.json` knows; none where there is no folder `models`.
 * @throws GoldenError when the bounds cannot be read; running a case, when its files cannot.
 */
export async function goldenModels(files: GoldenFiles): Promise<GoldenPlan[]> {
  if (!(await files.list("models"))) return [];
  const bounds = await readGoldenJson(files, "models/bounds.json");
  return Object.entries(bounds).map(([name, value]) => {
    if (typeof value !== "object" || value === null) throw new GoldenError(`models/bounds.json: ${name} must hold a bound for each tensor`);
    const check = Object.hasOwn(checks, name) ? checks[name] : undefined;
    return {
      name: `models/${name}`,
      lookAt: "the ops' own cases first (`kindling verify only=ops/`), then packages/models/src",
      run: async (device) => {
        if (!check) return unsupported("there is no such model");
        return checked(await check(device, files, await modelFile(files, name, value as GoldenJson)));
      },
    };
  });
}
