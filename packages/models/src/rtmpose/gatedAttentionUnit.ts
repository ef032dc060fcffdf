import { add, fill, matmul, mul, relu, reshape, silu, sliceChannels, type Tensor, Variable } from "@kindling/autograd";
import { Linear } from "../layers/linear.ts";
import { ScaleNorm } from "../layers/scaleNorm.ts";
import { type Mode, Module } from "../module.ts";
import { rtmccInit } from "./rtmccInit.ts";

/**
 * Gated attention unit over the key points of a pose (Hua et al. 2022, "Transformer Quality in Linear Time", §3.2, with squared ReLU; mmpose,
 * models/utils/rtmcc_block.py, RTMCCBlock, as RTMPose has it: self-attention without position encoding, relative bias or dropout).
 */
export class GatedAttentionUnit extends Module {
  /** Of the query and of the key, [2,size]. */
  readonly gamma: Variable;
  readonly beta: Variable;
  readonly o: Linear;
  readonly uv: Linear;
  readonly ln: ScaleNorm = new ScaleNorm();
  readonly res_scale: LayerScale;
  readonly #expanded: number;
  readonly #size: number;

  /** Tokens of `channels`, gates and values of twice as many, queries and keys of `size`. */
  constructor(channels: number, size: number) {
    super();
    this.#expanded = 2 * channels;
    this.#size = size;
    const uniform = (random: () => number) => Float32Array.from({ length: 2 * size }, random);
    this.gamma = new Variable({ shape: [2, size], role: "parameter", init: uniform });
    this.beta = new Variable({ shape: [2, size], role: "parameter", init: uniform });
    this.o = new Linear(this.#expanded, channels, { bias: false, ...rtmccInit });
    this.uv = new Linear(channels, 2 * this.#expanded + size, { bias: false, ...rtmccInit });
    this.res_scale = new LayerScale(channels);
  }

  /** Tokens [n,k,channels] → the same */
  forward(x: Tensor, mode: Mode): Tensor {
    const [expanded, size, { graph }] = [this.#expanded, this.#size, x];
    const uv = silu(this.uv.call(this.ln.call(x, mode), mode));
    const [u, v] = [sliceChannels(uv, 0, expanded), sliceChannels(uv, expanded, expanded)];
    const base = sliceChannels(uv, 2 * expanded, size);
    const [gamma, beta] = [this.gamma, this.beta].map((both) => reshape(graph.use(both), [2 * size]));
    const [query, key] = [0, size].map((at) => add(mul(base, sliceChannels(gamma!, at, size)), sliceChannels(beta!, at, size)));
    const scores = relu(mul(matmul(query!, key!, { transposeB: true }), fill(graph, [1], 1 / Math.sqrt(size))));
    const attended = mul(u, matmul(mul(scores, scores), v));
    return add(this.res_scale.call(x, mode), this.o.call(attended, mode));
  }
}

/** One learnt factor a channel, 1 at first. */
class LayerScale extends Module {
  readonly scale: Variable;

  constructor(channels: number) {
    super();
    this.scale = new Variable({ shape: [channels], role: "parameter", init: () => new Float32Array(channels).fill(1) });
  }

  /** [...,channels] → the same */
  forward(x: Tensor): Tensor {
    return mul(x, x.graph.use(this.scale));
  }
}
