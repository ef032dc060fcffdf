import { drawPerson, pictureSize } from "./drawPerson.ts";
import { type EdgeFilter, edgeFilters } from "./edgeFilters.ts";
import { byId, element } from "./element.ts";

/** Draws the input picture and returns its pixels as RGBA in [0, 1], [height, width, 4]. */
export function showInput(): Float32Array<ArrayBuffer> {
  const canvas = byId("input");
  if (!(canvas instanceof HTMLCanvasElement)) throw new Error("index.html: input must be a canvas");
  Object.assign(canvas, pictureSize);
  const context = contextOf(canvas);
  drawPerson(context);
  return Float32Array.from(context.getImageData(0, 0, canvas.width, canvas.height).data, (value) => value / 255);
}

/** Draws each channel of y [height, width, filters] in its colour, black for 0, full for 1 and more. */
export function showOutputs(y: Float32Array): void {
  byId("outputs").replaceChildren(
    ...edgeFilters.map((filter, channel) => {
      const canvas = element("canvas", {
        role: "img",
        "aria-label": `Output channel ${channel}: edges that get lighter ${words[filter.direction]}`,
      });
      Object.assign(canvas, pictureSize);
      contextOf(canvas).putImageData(imageOf(y, channel, filter), 0, 0);
      return element("figure", {}, canvas, element("figcaption", {}, `Lighter ${words[filter.direction]} ${arrows[filter.direction]}`));
    }),
  );
}

const words = { right: "to the right", left: "to the left", down: "downwards", up: "upwards" } as const;
const arrows = { right: "→", left: "←", down: "↓", up: "↑" } as const;

function imageOf(y: Float32Array, channel: number, { color: [red, green, blue] }: EdgeFilter): ImageData {
  const image = new ImageData(pictureSize.width, pictureSize.height);
  for (let pixel = 0; pixel < image.data.length / 4; pixel++) {
    const value = y[pixel * edgeFilters.length + channel]!;
    image.data.set([value * red, value * green, value * blue, 255], 4 * pixel); // rounds and clamps
  }
  return image;
}

function contextOf(canvas: HTMLCanvasElement): CanvasRenderingContext2D {
  const context = canvas.getContext("2d", { willReadFrequently: true }); // on the processor: the same pixels everywhere
  if (!context) throw new Error("this browser draws no 2D canvas");
  return context;
}
