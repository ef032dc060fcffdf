// The student, SqueezeNet 1.1's features with a heatmap head, as a list of layers: what each peer below writes in its own way.
// Names of the weights, PyTorch's layouts (OIHW) and the image are those that Kindling sends; see apps/cli/src/bench/peersBench.ts.

const fire = (index) => ({ kind: "fire", name: `backbone.${index}` });

/** Layers in order; `conv` names its weight and bias, `fire` its three convolutions. Every convolution but the head has a ReLU. */
export const layers = [
  { kind: "conv", name: "backbone.0", stride: 2, padding: 0, relu: true },
  { kind: "pool" },
  fire(3),
  fire(4),
  { kind: "pool" },
  fire(6),
  fire(7),
  { kind: "pool" },
  fire(9),
  fire(10),
  fire(11),
  fire(12),
  { kind: "resize" },
  { kind: "conv", name: "conv_heatmap", stride: 1, padding: 1, relu: false },
];

/** The convolutions of a fire module. */
export const fireConvolutions = ({ name }) => ({
  squeeze: { name: `${name}.squeeze`, stride: 1, padding: 0, relu: true },
  expand1x1: { name: `${name}.expand1x1`, stride: 1, padding: 0, relu: true },
  expand3x3: { name: `${name}.expand3x3`, stride: 1, padding: 1, relu: true },
});

/** Every convolution of the network. */
export const convolutions = layers.flatMap((layer) => {
  if (layer.kind === "conv") return [layer];
  return layer.kind === "fire" ? Object.values(fireConvolutions(layer)) : [];
});

/** Rows and columns to add at the end so that a 3×3 pooling of stride 2 rounds its size up, as PyTorch's ceil_mode does. */
export const poolPadding = (size) => Math.ceil((size - 3) / 2) * 2 + 3 - size;

/** Bilinear interpolation along one axis as a matrix [out, in], row by row: PyTorch's align_corners=False. */
export function interpolation(outSize, inSize) {
  const matrix = new Float32Array(outSize * inSize);
  for (let o = 0; o < outSize; o++) {
    const at = Math.max(0, ((o + 0.5) * inSize) / outSize - 0.5);
    const low = Math.floor(at);
    matrix[o * inSize + low] += 1 - (at - low);
    matrix[o * inSize + Math.min(low + 1, inSize - 1)] += at - low;
  }
  return matrix;
}

/** A tensor with its axes in another order: `permute(x, [n,c,h,w], [0,2,3,1])` makes NHWC of NCHW. */
export function permute(data, shape, order) {
  const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((product, size) => product * size, 1));
  const [a, b, c, d] = order.map((axis) => ({ size: shape[axis], stride: strides[axis] }));
  const result = new Float32Array(data.length);
  let at = 0;
  for (let i = 0; i < a.size; i++)
    for (let j = 0; j < b.size; j++)
      for (let k = 0; k < c.size; k++)
        for (let l = 0; l < d.size; l++) result[at++] = data[i * a.stride + j * b.stride + k * c.stride + l * d.stride];
  return result;
}
