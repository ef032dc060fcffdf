import { attentionTransfer } from "@kindling/autograd";
import { type Shape, sizeOf } from "@kindling/gpu";
import type { OpCase } from "../opCase.ts";
import type { OpFamily } from "../opFamily.ts";
import { randomValues } from "../random.ts";
import { heatmapSizes } from "./heatmapSizes.ts";

/** attentionTransfer over sizes, with other channels for the teacher; of maps of one pixel nothing but rounding is left. */
export const attentionTransferFamily: OpFamily = {
  op: "attentionTransfer",
  cases: heatmapSizes
    .filter(([, h = 0, w = 0]) => h * w > 1)
    .map((shape, i) => attentionTransferCase(shape, [1, 3, 4, 17, 8][i % 5]!, 1450 + 2 * i)),
  random: (draw) => attentionTransferCase([draw.size(3), 1 + draw.size(5), draw.size(5), draw.channels()], draw.channels(), draw.seed()),
};

function attentionTransferCase(shape: Shape, teacherChannels: number, seed: number): OpCase {
  const [n = 0, h = 0, w = 0, c = 0] = shape;
  const teacherShape = [n, h, w, teacherChannels];
  return {
    op: "attentionTransfer",
    name: `[${shape}] and [${teacherShape}]`,
    inputs: [
      { name: "student", shape, data: randomValues(seed, sizeOf(shape), -2, 2), differentiable: true },
      { name: "teacher", shape: teacherShape, data: randomValues(seed + 1, sizeOf(teacherShape)), differentiable: false },
    ],
    build: ([student, teacher]) => attentionTransfer(student!, teacher!),
    reference: ([student, teacher]) => {
      const [own, others] = [attention(student!, n, h * w, c), attention(teacher!, n, h * w, teacherChannels)];
      return Float64Array.of(own.reduce((sum, value, i) => sum + (value - others[i]!) ** 2, 0) / (n * h * w));
    },
  };
}

/** Mean of the squared channels of each pixel, divided by its norm over the sample: PyTorch's normalize(x.pow(2).mean(1).view(n, −1)). */
function attention(x: Float64Array, samples: number, pixels: number, channels: number): number[] {
  return Array.from({ length: samples }, (_, sample) => {
    const map = Array.from({ length: pixels }, (_, pixel) => {
      let sum = 0;
      for (let c = 0; c < channels; c++) sum += x[(sample * pixels + pixel) * channels + c]! ** 2;
      return sum / channels;
    });
    const norm = Math.max(Math.sqrt(map.reduce((sum, value) => sum + value ** 2, 0)), 1e-12);
    return map.map((value) => value / norm);
  }).flat();
}
