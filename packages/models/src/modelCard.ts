/** Facts about a network that those who feed it and read it must know. */
export interface ModelCard {
  /** The name that createModel knows. */
  readonly name: string;
  /** Channels of the heatmaps. */
  readonly joints: number;
  /** How bytes of a crop become the input: (byte / 255 − mean) / std, channels in this order. */
  readonly input: {
    readonly channelOrder: "rgb" | "bgr";
    readonly mean: readonly [number, number, number];
    readonly std: readonly [number, number, number];
  };
  /** Height and width of the heatmaps for those of the input. */
  readonly heatmapSize: (input: readonly [height: number, width: number]) => readonly [height: number, width: number];
}

/** Mean and standard deviation of ImageNet's RGB values in 0 … 1, which torchvision's and HRNet's networks expect. */
export const imageNetInput: ModelCard["input"] = { channelOrder: "rgb", mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] };

/** A quarter of the input, rounded up: what two convolutions with stride 2 and padding 1 leave. */
export function quarterSize([height, width]: readonly [height: number, width: number]): readonly [height: number, width: number] {
  return [Math.ceil(height / 4), Math.ceil(width / 4)];
}
