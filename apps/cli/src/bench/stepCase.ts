import { compile, Graph, graphCosts, type KernelCost, type Program, type Tensor, unpackImage } from "@kindling/autograd";
import type { Device } from "@kindling/gpu";
import { heatmapsOf, type PoseModel } from "@kindling/models";
import { type Networks, stepCosts, TrainStep } from "@kindling/trainer";
import type { BenchSize } from "./benchSize.ts";
import { type BenchStudent, benchLearningRate, benchNetworks, benchRecipe, randomBatch } from "./benchStudent.ts";
import type { Contestant } from "./interleave.ts";

/** A training step or a forward pass as a user waits for it: its networks are made, nothing is compiled. Disposing frees the networks. */
export interface StepCase extends Disposable {
  readonly name: string;
  readonly student: BenchStudent;
  /** What it will dispatch. */
  readonly kernels: readonly KernelCost[];
  compile(): Promise<CompiledCase>;
}

/** A {@link StepCase} that can be run: from the batch in the host's memory to numbers in the host's memory. */
export interface CompiledCase extends Contestant, Disposable {
  readonly programs: Readonly<Record<string, Program>>;
  /** How often a sample runs each program. */
  readonly runs: Readonly<Record<string, number>>;
}

/** What can be made of a student of a size and a teacher, by name; a step in parts where the student's batch has several. */
export function stepCases(
  device: Device,
  student: Omit<BenchStudent, "head" | "teacher">,
  teacher: string,
): ReadonlyMap<string, () => StepCase> {
  const { accumulate = 1 } = student;
  const plain: BenchStudent = { ...student, head: "upsampleConv", teacher: null, accumulate: 1 };
  const defined: BenchStudent = { ...plain, head: "convolution after resize" };
  const ofStudent = (networks: Networks) => networks.student;
  const makers: Readonly<Record<string, (name: string) => StepCase>> = {
    "student step": (name) => trainingCase(device, name, plain),
    ...(accumulate > 1
      ? { [`student step in ${accumulate} parts`]: (name: string) => trainingCase(device, name, { ...plain, accumulate }) }
      : {}),
    "student step, head by definition": (name) => trainingCase(device, name, defined),
    "student forward": (name) => forwardCase(device, name, plain, ofStudent),
    "student forward, head by definition": (name) => forwardCase(device, name, defined, ofStudent),
    [`student step with ${teacher}`]: (name) => trainingCase(device, name, { ...plain, teacher }),
    [`${teacher} forward`]: (name) => forwardCase(device, name, { ...plain, teacher }, (networks) => networks.teachers[0]!.model), // the recipe names one
  };
  return new Map(Object.entries(makers).map(([name, make]) => [name, () => make(name)]));
}

function trainingCase(device: Device, name: string, student: BenchStudent): StepCase {
  const recipe = benchRecipe(student);
  const networks = benchNetworks(device, recipe, student.head);
  return {
    name,
    student,
    kernels: Object.entries(stepCosts(recipe, networks)).flatMap(([program, { kernels }]) =>
      program === "update" ? kernels : Array.from({ length: recipe.accumulate }, () => kernels).flat(),
    ),
    async compile() {
      const step = await TrainStep.create(device, recipe, networks);
      const batch = randomBatch(student.size, recipe.data.heatmap, recipe.student.joints, 1);
      let count = 0;
      return {
        name,
        programs: step.programs,
        runs: step.runs,
        async sample() {
          const begin = performance.now();
          const settings = { step: ++count, learningRate: benchLearningRate, lossWeights: recipe.losses.map(() => 1) };
          await (await step.run(batch, settings)).outcome;
          return performance.now() - begin;
        },
        [Symbol.dispose]: () => step[Symbol.dispose](),
      };
    },
    [Symbol.dispose]: () => networks[Symbol.dispose](),
  };
}

function forwardCase(device: Device, name: string, student: BenchStudent, choose: (networks: Networks) => PoseModel): StepCase {
  const networks = benchNetworks(device, benchRecipe(student), student.head);
  const { graph, heatmaps } = recordForward(student.size, networks, choose(networks));
  return {
    name,
    student,
    kernels: graphCosts(graph, [heatmaps]).kernels,
    async compile() {
      const program = await forwardProgram(device, student.size, networks, choose(networks));
      const { image } = randomBatch(student.size, [1, 1], 1, 1);
      return {
        name,
        programs: { forward: program },
        runs: { forward: 1 },
        async sample() {
          const begin = performance.now();
          program.write("image", image);
          program.run();
          await program.read("heatmaps");
          return performance.now() - begin;
        },
        [Symbol.dispose]: () => program[Symbol.dispose](),
      };
    },
    [Symbol.dispose]: () => networks[Symbol.dispose](),
  };
}

/** The forward pass of one network: input "image", packed RGBA, output "heatmaps". */
export function forwardProgram(device: Device, size: BenchSize, networks: Networks, model: PoseModel): Promise<Program> {
  const { graph, heatmaps } = recordForward(size, networks, model);
  return compile(graph, device, { store: networks.store, outputs: { heatmaps } });
}

function recordForward({ batch, height, width }: BenchSize, { precision }: Networks, model: PoseModel): { graph: Graph; heatmaps: Tensor } {
  const graph = new Graph();
  const packed = graph.input("image", [batch, height, width], "u32");
  return { graph, heatmaps: heatmapsOf(model, unpackImage(packed, { ...model.card.input, dtype: precision }), "eval") };
}
