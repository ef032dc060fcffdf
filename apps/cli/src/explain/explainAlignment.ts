import path from "node:path";
import { createLoader } from "@kindling/data";
import type { Device } from "@kindling/gpu";
import { cropRuleOf } from "@kindling/pose";
import {
  inputOf,
  type LayerFeatures,
  layerFeatures,
  loadNetwork,
  MinibatchCka,
  matrixFigure,
  type NetworkFile,
  stageTaps,
  TapReader,
  writeFileAtomically,
} from "@kindling/trainer";
import sharp from "sharp";
import { readEvaluatedData } from "../evaluatedData.ts";
import { InputError } from "../exit.ts";
import { sizeOfPair } from "../networkKeys.ts";
import { makeOutputFolder } from "../outputFolder.ts";
import type { Progress } from "../progress.ts";
import { openTunedDevice } from "../tune/tunedDevice.ts";

/** Two networks, the persons that both see, and how their layers are compared. */
export interface ExplainAlignmentOptions {
  readonly networks: readonly [NetworkFile, NetworkFile];
  readonly names: readonly [string, string];
  readonly data: string | undefined;
  readonly images: string | undefined;
  readonly limit: number | undefined;
  readonly batchSize: number;
  readonly features: LayerFeatures;
  readonly out: string;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

/** A matrix of CKA. */
export interface Alignment {
  /** [rows][columns] */
  readonly cka: readonly (readonly number[])[];
  /** Layers of the first network, and of the second. */
  readonly rows: readonly string[];
  readonly columns: readonly string[];
  /** Persons in whole minibatches. */
  readonly persons: number;
  /** The picture and the numbers. */
  readonly files: readonly string[];
}

/** CKA between the stages of two networks over a data set, as a picture and as JSON. @throws InputError when their crops differ or there is no whole minibatch. */
export async function explainAlignment(options: ExplainAlignmentOptions): Promise<Alignment> {
  const { networks, names, batchSize, out, progress, signal } = options;
  const [first, second] = networks;
  const input = inputOf(first);
  if (second.input && second.input.join() !== input.join()) {
    throw new InputError(
      `${names[0]} takes crops of ${input.join("x")} and ${names[1]} of ${second.input.join("x")}: CKA compares what both see`,
    );
  }
  const { codec } = first.reading;
  if (cropRuleOf(codec) !== cropRuleOf(second.reading.codec)) {
    throw new InputError(
      `${names[0]} and ${names[1]} take crops by other rules, as one was trained in udp's coding: CKA compares what both see`,
    );
  }
  const dataset = await readEvaluatedData({ ...options, network: first });
  if (dataset.samples.length < batchSize) {
    throw new InputError(
      `${dataset.name} has ${dataset.samples.length} persons, fewer than a minibatch of ${batchSize}; give a smaller batchSize, of 4 at least`,
    );
  }
  await makeOutputFolder("out", out);
  using device = await openTunedDevice((text) => progress.note(text));
  using left = await createReader(device, first, input, batchSize);
  using right = await createReader(device, second, input, batchSize);
  const seen = { crop: first.crop, ...(codec ? { codec } : {}) };
  await using loader = createLoader({ dataset, input: sizeOfPair(input), ...seen, batchSize, dropLast: true });
  const cka = new MinibatchCka(left.layers.length, right.layers.length);
  let persons = 0;
  progress.begin("comparing", loader.batchesPerEpoch * batchSize);
  for await (const batch of loader) {
    signal.throwIfAborted();
    const features = await Promise.all(
      [left, right].map(async ({ reader }) => {
        const activations = await reader.read(batch.image);
        return activations.map((activation, layer) => layerFeatures(activation, reader.shapes[layer]!, batchSize, options.features));
      }),
    );
    cka.add(features[0]!, features[1]!, batchSize);
    persons += batch.valid;
    progress.update(persons);
  }
  progress.end();
  const made = { cka: cka.matrix(), rows: left.layers, columns: right.layers, persons };
  const [picture, numbers] = ["cka.png", "cka.json"].map((name) => path.join(out, name)) as [string, string]; // of two
  const svg = matrixFigure({
    title: `CKA over ${persons} persons of ${dataset.name}`,
    rowsLabel: names[0],
    columnsLabel: names[1],
    rows: made.rows,
    columns: made.columns,
    values: made.cka,
  });
  await writeFileAtomically(picture, await sharp(Buffer.from(svg)).png().toBuffer());
  await writeFileAtomically(numbers, `${JSON.stringify({ networks: names, features: options.features, batchSize, ...made })}\n`);
  return { ...made, files: [picture, numbers] };
}

interface StageReader extends Disposable {
  readonly reader: TapReader;
  readonly layers: readonly string[];
}

async function createReader(
  device: Device,
  network: NetworkFile,
  input: readonly [number, number],
  batchSize: number,
): Promise<StageReader> {
  const loaded = loadNetwork(device, network);
  const layers = stageTaps(network.model, input).map((tap) => tap.replace(/^network\./, ""));
  try {
    const reader = await TapReader.create(device, { ...loaded, input, batchSize, taps: layers });
    return {
      reader,
      layers,
      [Symbol.dispose]() {
        reader[Symbol.dispose]();
        loaded[Symbol.dispose]();
      },
    };
  } catch (error) {
    loaded[Symbol.dispose]();
    throw error;
  }
}
