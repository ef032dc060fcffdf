import {
  accumulate,
  adamUpdate,
  adamwUpdate,
  allFinite,
  balancedWeights,
  cast,
  clipByGlobalNorm,
  type Dispatch,
  emaUpdate,
  Graph,
  globalNorm,
  lower,
  mapAgreement,
  mapPeaks,
  namedVariable,
  scaledStep,
  sgdMomentumUpdate,
  sgdUpdate,
  squaredNorms,
  type Tensor,
  trackNorms,
  unpackImage,
  updateRunningStatistics,
  type Variable,
} from "@kindling/autograd";
import type { DType } from "@kindling/gpu";
import * as kernels from "@kindling/kernels";
import { bindingTypes, type Kernel, type Problem } from "@kindling/kernels";
import { caseDispatches, kernelsAmong, opCases } from "@kindling/proof";

/** A kernel call that an op makes. */
export interface ShaderCall {
  readonly op: string;
  /** The op's case, as `gradcheck` names it. */
  readonly case: string;
  readonly pass: "forward" | "backward";
  readonly kernel: Kernel;
  readonly problem: Problem;
  /** Storage of the bindings in order. */
  readonly dtypes: readonly DType[];
}

/** A call of an op whose kernels are shown. */
export interface ShaderCase {
  readonly op: string;
  readonly name: string;
  /** Why it takes no f16, a clause; absent where it does. */
  readonly f32Only?: string;
  /** Its kernel calls, forward then backward. @throws DTypeError when the op takes no such inputs. */
  calls(dtype: "f32" | "f16"): readonly ShaderCall[];
}

/** Every kernel that there is, those that no case runs too. */
export const kernelNames: readonly string[] = kernelsAmong(kernels).map(({ kernel }) => kernel.name);

/** The cases of every op that has a gradient, and a call of each of those that have none. */
export function shaderCases(): readonly ShaderCase[] {
  const proved = opCases.map((opCase): ShaderCase => {
    const { op, name, f32Only } = opCase;
    const calls = (dtype: "f32" | "f16") =>
      caseDispatches(opCase, dtype)
        .map((each) => call(op, name, each.pass, each))
        .flatMap((each) => [each, ...maskedCall(each)]);
    return { op, name, ...(f32Only === undefined ? {} : { f32Only }), calls };
  });
  const others = Object.entries(withoutGradient).map(([op, { f32Only, record }]): ShaderCase => {
    const name = "of 1027 elements";
    const calls = (dtype: "f32" | "f16") => {
      const graph = new Graph();
      const dispatches = lower(graph, record(graph, dtype)).flatMap((node) => node.dispatches);
      return dispatches.map((dispatch) => call(op, name, "forward", dispatch));
    };
    return { op, name, ...(f32Only === undefined ? {} : { f32Only }), calls };
  });
  return [...proved, ...others];
}

function call(op: string, name: string, pass: ShaderCall["pass"], dispatch: Dispatch): ShaderCall {
  return { op, case: name, pass, kernel: dispatch.kernel, problem: dispatch.problem, dtypes: bindingTypes(dispatch) };
}

/** The call that compiling makes of a convolution's input gradient where a ReLU's mask alone reads it: the mask is stored as what it masks. */
function maskedCall(each: ShaderCall): readonly ShaderCall[] {
  if (each.kernel.name !== kernels.conv2dInputGradKernel.name) return [];
  const kernel = kernels.conv2dInputGradMaskedKernel as unknown as Kernel; // one object is one kernel: a call's problem type is erased
  const gradient = each.dtypes.at(-1)!; // a kernel writes something
  return [{ ...each, kernel, dtypes: [...each.dtypes, gradient] }];
}

interface Recording {
  readonly f32Only?: string;
  /** Records a call; returns what comes out of it, nothing where it overwrites variables. */
  record(graph: Graph, dtype: "f32" | "f16"): readonly Tensor[];
}

const size = 1027;
const adam = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.01, learningRateFactor: 1 };
const sgd = { weightDecay: 0.01, learningRateFactor: 1, momentum: 0.9, nesterov: false };

/** Ops that no case of a gradient runs: updates of variables, what is without a derivative, and casts, which f32 alone has none of. */
const withoutGradient: Readonly<Record<string, Recording>> = {
  accumulate: update((state) => {
    const values = state("values");
    accumulate(state("sums"), values, values.graph.input("keep", [], "f32"));
  }),
  adamUpdate: update((state, scalars) =>
    adamUpdate(state("parameters"), state("gradients"), state("expAvg"), state("expAvgSq"), scalars, adam),
  ),
  adamwUpdate: update((state, scalars) =>
    adamwUpdate(state("parameters"), state("gradients"), state("expAvg"), state("expAvgSq"), scalars, adam),
  ),
  allFinite: { f32Only: "it reads gradients of parameters", record: (graph) => [allFinite([graph.input("gradients", [size], "f32")])] },
  balancedWeights: {
    f32Only: "it weighs loss terms",
    record: (graph) => [balancedWeights(graph.input("weights", [size], "f32"), graph.input("norms", [size], "f32"))],
  },
  cast: { record: (graph, dtype) => [cast(graph.input("x", [size], dtype), dtype === "f32" ? "f16" : "f32")] },
  clipByGlobalNorm: update((state) => clipByGlobalNorm([state("gradients")], globalNorm([state("gradients")]), 1)),
  emaUpdate: update((state, scalars) => emaUpdate(state("averages"), state("values"), scalars, 0)),
  mapAgreement: {
    f32Only: "it compares places and masks",
    record(graph) {
      const [a, b, mask] = ["a", "b", "mask"].map((name) => graph.input(name, [13, 79], "f32"));
      return [mapAgreement(a!, b!, mask!, { width: 12, radius: 2 })];
    },
  },
  mapPeaks: { record: (graph, dtype) => Object.values(mapPeaks(graph.input("x", [1, 13, 79, 1], dtype))) },
  scaledStep: {
    f32Only: "it holds a loss scale",
    record(graph) {
      const lossScale = namedVariable("lossScale", { shape: [3], role: "state", init: () => new Float32Array(3) });
      return [scaledStep(graph.input("steps", [32, 3], "f32"), graph.input("finite", [], "f32"), graph.use(lossScale))];
    },
  },
  sgdMomentumUpdate: update((state, scalars) => sgdMomentumUpdate(state("parameters"), state("gradients"), state("buffer"), scalars, sgd)),
  sgdUpdate: update((state, scalars) => sgdUpdate(state("parameters"), state("gradients"), scalars, sgd)),
  squaredNorms: {
    f32Only: "it measures gradients of losses",
    record: (graph) => [squaredNorms(graph, [[graph.input("gradients", [size], "f32")]])],
  },
  trackNorms: update((state) => trackNorms(state("norms"), state("measured"), state("weights"), { momentum: 0.1 })),
  unpackImage: {
    f32Only: "it reads packed bytes",
    record: (graph) => [unpackImage(graph.input("x", [1, 13, 79], "u32"), { mean: [0, 0, 0], std: [1, 1, 1] })],
  },
  updateRunningStatistics: update((state) =>
    updateRunningStatistics([state("runningMean"), state("runningVariance")], [state("mean"), state("variance")], {
      rows: 8,
      momentum: 0.1,
    }),
  ),
};

/** An op that overwrites variables; `state` is the variable of a name. */
function update(record: (state: (name: string) => Tensor, scalars: Tensor) => void): Recording {
  return {
    f32Only: "what it overwrites is f32",
    record(graph) {
      const variables = new Map<string, Variable>();
      const state = (name: string) => {
        const known = variables.get(name) ?? namedVariable(name, { shape: [size], role: "state", init: () => new Float32Array(size) });
        variables.set(name, known);
        return graph.use(known);
      };
      record(state, graph.input("scalars", [3], "f32"));
      return [];
    },
  };
}
