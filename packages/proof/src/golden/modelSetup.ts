import { ParameterStore } from "@kindling/autograd";
import type { Device } from "@kindling/gpu";
import { createModel, loadWeights, nameModule, type PoseModel, readWeights, variablesOf } from "@kindling/models";
import { GoldenError } from "./goldenError.ts";
import { type GoldenFiles, readGoldenBytes } from "./goldenFiles.ts";

/** A network with memory for its variables. */
export interface ModelSetup extends Disposable {
  readonly model: PoseModel;
  readonly store: ParameterStore;
  /** Fills it from a file of `models/`. @throws GoldenError when the file is missing, damaged, or of another network. */
  load(file: string): Promise<void>;
}

/** A network by name, with 17 joints; every parameter is trained. */
export function modelSetup(device: Device, files: GoldenFiles, name: string): ModelSetup {
  const model = createModel(name, { joints: 17 });
  nameModule(model, "");
  const store = new ParameterStore(device, { variables: variablesOf(model).values(), trainable: () => true });
  return {
    model,
    store,
    async load(file) {
      const bytes = await readGoldenBytes(files, `models/${file}`);
      try {
        loadWeights(store, model, readWeights(bytes, file), file);
      } catch (cause) {
        throw new GoldenError(`${files.name}: models/${cause instanceof Error ? cause.message : String(cause)}`, { cause });
      }
    },
    [Symbol.dispose]: () => store[Symbol.dispose](),
  };
}
