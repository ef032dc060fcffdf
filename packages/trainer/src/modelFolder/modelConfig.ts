import { countParameters, type PoseModel } from "@kindling/models";
import { NetworkError } from "../networkError.ts";
import { networkOnly, parseWeightsMetadata, type WeightsMetadata } from "../weightsMetadata.ts";

/** Names in a model folder, as the Hugging Face Hub knows them. */
export const modelFiles = { config: "config.json", weights: "model.safetensors", readme: "README.md" } as const;

/** The text of config.json: which network it is, and what those who feed it and read it must know. Sizes are [height, width]. */
export function modelConfig(model: PoseModel, { input, crop, coding, ...network }: WeightsMetadata): string {
  const { card } = model;
  const config = {
    library_name: "kindling",
    ...networkOnly(network),
    input,
    ...(crop === "stretched" ? { crop } : {}),
    preprocessing: card.input,
    outputs: card.outputs(input).map(({ name, kind, shape }) => ({ name, kind, shape: shapeInPyTorch(shape) })),
    codec: card.codec,
    ...coding,
    skeleton: card.skeleton,
    parameters: countParameters(model),
    source: card.source,
  };
  return `${JSON.stringify(config, null, 2)}\n`;
}

/** What config.json says of its network; the rest follows from it. @throws NetworkError when it does not say it. */
export function parseModelConfig(text: string, file: string): WeightsMetadata {
  const known = parseWeightsMetadata(textsOf(text, file));
  if (!known)
    throw new NetworkError(`${file}: must say model, joints, width and input ([height, width]) of the network, as Kindling writes it`);
  return known;
}

/** Its values as texts, sizes as 256x192. */
function textsOf(text: string, file: string): Readonly<Record<string, string>> {
  let config: unknown;
  try {
    config = JSON.parse(text);
  } catch (cause) {
    throw new NetworkError(`${file}: is no JSON (${cause instanceof Error ? cause.message : cause})`, { cause });
  }
  if (typeof config !== "object" || config === null) return {};
  return Object.fromEntries(Object.entries(config).map(([key, value]) => [key, Array.isArray(value) ? value.join("x") : String(value)]));
}

/** Maps [h,w,c] as [c,h,w]. */
function shapeInPyTorch(shape: readonly number[]): readonly number[] {
  const [h, w, c] = shape;
  return shape.length === 3 ? [c!, h!, w!] : shape;
}
