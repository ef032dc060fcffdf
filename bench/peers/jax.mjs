// jax-js as its users write it: functions under jit, NCHW, gradients by valueAndGrad. It has neither image resizing nor an optimiser on npm,
// so the resize is two matrix products and Adam is written out, both inside the compiled function.
import { readFileSync } from "node:fs";
import { blockUntilReady, defaultDevice, init, jit, lax, nn, numpy as np, tree, valueAndGrad } from "@jax-js/jax";
import { convolutions, fireConvolutions, interpolation, layers, poolPadding } from "./network.mjs";

/** See peer.worker.node.ts. */
export async function createPeer({ backend, task, weights, x, target, learningRate }) {
  await init();
  defaultDevice(backend);
  const array = ({ shape, data }) => np.array(data).reshape(shape);
  const parameters = () =>
    Object.fromEntries(
      convolutions.flatMap(({ name }) => ["weight", "bias"].map((part) => [`${name}.${part}`, array(weights.get(`${name}.${part}`))])),
    );
  const [image, heatmaps, size] = [array(x), array(target), target.shape.slice(2)];
  const manifest = new URL("./node_modules/@jax-js/jax/package.json", import.meta.url);
  const version = `jax-js ${JSON.parse(readFileSync(manifest, "utf8")).version}`;
  if (task === "forward") {
    const p = parameters();
    const network = jit((p, x) => forward(p, x, size));
    return { version, run: async () => new Float32Array(await network(tree.ref(p), image.ref).data()) };
  }
  const zeros = () => tree.map((p) => np.zerosLike(p), parameters());
  let [p, m, v, count] = [parameters(), zeros(), zeros(), 0];
  const step = jit((p, m, v, corrections, x, y) => {
    const loss = (p) => np.mean(np.square(forward(p, x, size).sub(y)));
    const [l, g] = valueAndGrad(loss)(tree.ref(p));
    const [p2, m2, v2] = [{}, {}, {}];
    for (const name of Object.keys(p)) {
      m2[name] = m[name].mul(0.9).add(g[name].ref.mul(0.1));
      v2[name] = v[name].mul(0.999).add(np.square(g[name]).mul(0.001));
      const first = m2[name].ref.mul(corrections.first.ref);
      const second = np.sqrt(v2[name].ref.mul(corrections.second.ref));
      p2[name] = p[name].sub(first.div(second.add(1e-8)).mul(learningRate));
    }
    return { l, p: p2, m: m2, v: v2 };
  });
  return {
    version,
    async run() {
      count++;
      const corrections = { first: np.array([1 / (1 - 0.9 ** count)]), second: np.array([1 / (1 - 0.999 ** count)]) };
      const result = step(p, m, v, corrections, image.ref, heatmaps.ref);
      [p, m, v] = [result.p, result.m, result.v];
      const [loss] = await result.l.data();
      // The update follows the loss in the queue: a step is over when it is done.
      await blockUntilReady(p);
      return loss;
    },
  };
}

function forward(p, x, size) {
  const conv = (input, { name, stride, padding, relu }) => {
    const sides = [padding, padding];
    const [weight, bias] = [p[`${name}.weight`], p[`${name}.bias`]];
    const outChannels = bias.shape[0];
    const y = lax.conv(input, weight, [stride, stride], [sides, sides]).add(bias.reshape([1, outChannels, 1, 1]));
    return relu ? nn.relu(y) : y;
  };
  let y = x;
  for (const layer of layers) {
    switch (layer.kind) {
      case "conv":
        y = conv(y, layer);
        break;
      case "pool": {
        const [bottom, right] = y.shape.slice(2).map(poolPadding);
        if (bottom > 0 || right > 0) {
          // Zeros at the end change no maximum: what is pooled has been through a ReLU.
          y = np.pad(y, [
            [0, 0],
            [0, 0],
            [0, bottom],
            [0, right],
          ]);
        }
        y = lax.reduceWindow(y, np.max, [3, 3], [2, 2]);
        break;
      }
      case "fire": {
        const { squeeze, expand1x1, expand3x3 } = fireConvolutions(layer);
        const squeezed = conv(y, squeeze);
        y = np.concatenate([conv(squeezed.ref, expand1x1), conv(squeezed, expand3x3)], 1);
        break;
      }
      case "resize": {
        const [height, width] = y.shape.slice(2);
        const along = (outSize, inSize) => np.array(interpolation(outSize, inSize)).reshape([outSize, inSize]).transpose();
        const rows = np.matmul(y, along(size[1], width)).transpose([0, 1, 3, 2]);
        y = np.matmul(rows, along(size[0], height)).transpose([0, 1, 3, 2]);
        break;
      }
    }
  }
  return y;
}
