// TensorFlow.js as its users write it: fused convolutions, tf.train.adam, NHWC. Departures, each because the plain way is wrong or absent:
// - training resizes by two matrix products, because the gradient of tf.image.resizeBilinear ignores halfPixelCenters;
// - on WASM training has a gradient of the convolution's weights made of matrix products, because that backend has no kernel for it.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import "@tensorflow/tfjs"; // registers all gradients, which tfjs-core's Node bundle does not
import * as tf from "@tensorflow/tfjs-core";
import { convolutions, fireConvolutions, interpolation, layers, permute, poolPadding } from "./network.mjs";

/** See peer.worker.node.ts. */
export async function createPeer({ backend, task, weights, x, target, learningRate }) {
  await setBackend(backend);
  const variables = {};
  for (const { name } of convolutions) {
    const { shape, data } = weights.get(`${name}.weight`);
    const hwio = [2, 3, 1, 0].map((axis) => shape[axis]);
    const bias = weights.get(`${name}.bias`);
    variables[`${name}.weight`] = tf.variable(tf.tensor4d(permute(data, shape, [2, 3, 1, 0]), hwio), true, `${name}.weight`);
    variables[`${name}.bias`] = tf.variable(tf.tensor1d(bias.data), true, `${name}.bias`);
  }
  const nhwc = ({ shape, data }) =>
    tf.tensor4d(
      permute(data, shape, [0, 2, 3, 1]),
      [0, 2, 3, 1].map((axis) => shape[axis]),
    );
  const [image, heatmaps] = [nhwc(x), nhwc(target)];
  const size = heatmaps.shape.slice(1, 3);
  const training = task === "step";
  const conv = training && backend === "wasm" ? convolutionWithGradient(variables) : convolution(variables);
  const resize = training ? resizeByProducts : (input) => tf.image.resizeBilinear(input, size, false, true);
  const network = () => forward(image, size, conv, resize);
  const version = `TensorFlow.js ${tf.version_core}`;
  if (!training) {
    return {
      version,
      async run() {
        const y = tf.tidy(network);
        const data = await y.data();
        y.dispose();
        const [n, h, w, k] = heatmaps.shape;
        return permute(data, [n, h, w, k], [0, 3, 1, 2]);
      },
    };
  }
  const optimizer = tf.train.adam(learningRate, 0.9, 0.999, 1e-8);
  return {
    version,
    async run() {
      const loss = optimizer.minimize(() => tf.mean(tf.square(tf.sub(network(), heatmaps))), true, Object.values(variables));
      const [value] = await loss.data();
      loss.dispose();
      // The update follows the loss in the queue: a step is over when it is done.
      if (backend === "webgpu") await tf.backend().device.queue.onSubmittedWorkDone();
      return value;
    },
  };
}

async function setBackend(backend) {
  if (backend === "webgpu") await import("@tensorflow/tfjs-backend-webgpu");
  else {
    const { setWasmPaths } = await import("@tensorflow/tfjs-backend-wasm");
    const main = createRequire(import.meta.url).resolve("@tensorflow/tfjs-backend-wasm");
    setWasmPaths(`${path.dirname(main)}/`);
    readFileSync(path.join(path.dirname(main), "tfjs-backend-wasm-simd.wasm")); // fails here with its path rather than inside
  }
  if (!(await tf.setBackend(backend))) throw new Error(`TensorFlow.js cannot use its backend ${backend}`);
  await tf.ready();
}

function forward(image, size, conv, resize) {
  let y = image;
  for (const layer of layers) {
    switch (layer.kind) {
      case "conv":
        y = conv(y, layer);
        break;
      case "pool": {
        const [bottom, right] = y.shape.slice(1, 3).map(poolPadding);
        if (bottom > 0 || right > 0) {
          // Zeros at the end change no maximum: what is pooled has been through a ReLU.
          y = tf.pad(y, [
            [0, 0],
            [0, bottom],
            [0, right],
            [0, 0],
          ]);
        }
        y = tf.maxPool(y, 3, 2, "valid");
        break;
      }
      case "fire": {
        const { squeeze, expand1x1, expand3x3 } = fireConvolutions(layer);
        const squeezed = conv(y, squeeze);
        y = tf.concat([conv(squeezed, expand1x1), conv(squeezed, expand3x3)], 3);
        break;
      }
      case "resize":
        y = resize(y, size);
        break;
    }
  }
  return y;
}

const fused = (x, filter, bias, { stride, padding, relu }) =>
  tf.fused.conv2d({ x, filter, bias, strides: stride, pad: padding, activation: relu ? "relu" : "linear" });

const convolution = (variables) => (input, layer) =>
  fused(input, variables[`${layer.name}.weight`], variables[`${layer.name}.bias`], layer);

const convolutionWithGradient = (variables) => (input, layer) => {
  const { name, stride, padding, relu } = layer;
  return tf.customGrad((x, weight, bias, save) => {
    const y = fused(x, weight, bias, layer);
    save([x, weight, y]);
    const gradFunc = (dy, [savedX, savedWeight, savedY]) => {
      const dz = relu ? tf.mul(dy, tf.step(savedY)) : dy;
      const dx = name === "backbone.0" ? tf.zerosLike(savedX) : tf.conv2dTranspose(dz, savedWeight, savedX.shape, stride, padding);
      return [dx, weightGradient(savedX, dz, savedWeight.shape, stride, padding), tf.sum(dz, [0, 1, 2])];
    };
    return { value: y, gradFunc };
  })(input, variables[`${name}.weight`], variables[`${name}.bias`]);
};

/** One matrix product for each tap of the kernel. */
function weightGradient(x, dz, [kernelHeight, kernelWidth, inChannels, outChannels], stride, padding) {
  const sides = [padding, padding];
  const padded = padding > 0 ? tf.pad(x, [[0, 0], sides, sides, [0, 0]]) : x;
  const [n, height, width] = dz.shape;
  const rows = tf.reshape(dz, [n * height * width, outChannels]);
  const taps = [];
  for (let i = 0; i < kernelHeight; i++) {
    for (let j = 0; j < kernelWidth; j++) {
      const end = [n, i + (height - 1) * stride + 1, j + (width - 1) * stride + 1, inChannels];
      const seen = tf.stridedSlice(padded, [0, i, j, 0], end, [1, stride, stride, 1]);
      taps.push(tf.matMul(tf.reshape(seen, [n * height * width, inChannels]), rows, true, false));
    }
  }
  return tf.reshape(tf.concat(taps, 0), [kernelHeight, kernelWidth, inChannels, outChannels]);
}

function resizeByProducts(input, [outHeight, outWidth]) {
  const [n, height, width, channels] = input.shape;
  const along = (outSize, inSize) => tf.tile(tf.tensor3d(interpolation(outSize, inSize), [1, outSize, inSize]), [n, 1, 1]);
  const rows = tf.matMul(along(outHeight, height), tf.reshape(input, [n, height, width * channels]));
  const turned = tf.transpose(tf.reshape(rows, [n, outHeight, width, channels]), [0, 2, 1, 3]);
  const both = tf.matMul(along(outWidth, width), tf.reshape(turned, [n, width, outHeight * channels]));
  return tf.transpose(tf.reshape(both, [n, outWidth, outHeight, channels]), [0, 2, 1, 3]);
}
