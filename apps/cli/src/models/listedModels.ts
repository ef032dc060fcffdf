import {
  createModel,
  foldBatchNorm,
  type ModelCard,
  modelCosts,
  modelNames,
  nameModule,
  type PoseModel,
  trainingCosts,
} from "@kindling/models";

/** A network by name, with the options that it has unless others are asked for, and its costs at its card's input. */
export interface ListedModel {
  readonly card: ModelCard;
  readonly parameters: number;
  /** Of one image. */
  readonly macs: number;
  /** Bytes of a forward pass of one image, f32, batch norms folded. */
  readonly forwardBytes: number;
  /** Bytes of a training step of {@link trainingBatch} images, f32, AdamW. */
  readonly trainingBytes: number;
}

/** Images of the step whose memory is listed. */
export const trainingBatch = 32;

/** Every network that has a name of its own. */
export function listedModels(): readonly ListedModel[] {
  return modelNames.map((name) => {
    const [model, trained] = [named(name), named(name)];
    const { card } = model;
    const training = trainingCosts(trained, card.inputSize, trainingBatch);
    foldBatchNorm(model);
    const { parameters, macs, variableBytes, plannedBytes } = modelCosts(model, card.inputSize, 1);
    return {
      card,
      parameters,
      macs,
      forwardBytes: variableBytes + plannedBytes,
      trainingBytes: training.variableBytes + training.gradientBytes + training.momentBytes + training.plannedBytes,
    };
  });
}

function named(name: string): PoseModel {
  const model = createModel(name);
  nameModule(model, "");
  return model;
}
