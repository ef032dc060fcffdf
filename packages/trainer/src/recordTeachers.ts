import type { Graph } from "@kindling/autograd";
import type { TeacherPrediction } from "./losses/lossContext.ts";
import { microBatchSize } from "./microBatches.ts";
import type { Networks } from "./networks.ts";
import { predictionOf } from "./predictionOf.ts";
import type { Recipe } from "./recipe.ts";
import { teacherCard } from "./teacherCard.ts";
import { asStudents, taughtMask, teachingOptions } from "./teacherOutputs.ts";
import { type Teacher, teachersOf } from "./teachers.ts";

/**
 * What each teacher of a recipe says of a batch, on the graph that has the student's forward pass: its own forward pass, or for the paths in `kept`, and
 * where it is cached on disk, an input named after its path.
 */
export function recordTeachers(graph: Graph, recipe: Recipe, networks: Networks, kept: readonly string[]): readonly TeacherPrediction[] {
  return teachersOf(recipe).map((teacher) => recordTeacher(graph, recipe, networks, teacher, kept.includes(teacher.path)));
}

function recordTeacher(
  graph: Graph,
  recipe: Recipe,
  { student, teachers, shared, precision }: Networks,
  { path, weight, recipe: teacher }: Teacher,
  isKept: boolean,
): TeacherPrediction {
  const { input, heatmap } = recipe.data;
  const batchSize = microBatchSize(recipe);
  const model = teachers.find((each) => each.path === path)?.model;
  if (!model) {
    // On disk, from where it comes with the batches.
    return { path, weight, outputs: [graph.input(path, [batchSize, ...heatmap, recipe.student.joints], "f32")], joints: null };
  }
  const said = isKept
    ? [graph.input(path, [batchSize, ...model.card.outputs(input)[0]!.shape], "f32")] // heatmaps are one tensor
    : graph.reusing(shared, () =>
        predictionOf(graph, model, { path, card: teacherCard(teacher, model), batchSize, input, seen: teacher.input ?? input, precision }),
      );
  const options = teachingOptions(recipe, teacher, { student: student.card, teacher: model.card });
  const { joints } = options;
  const taught = joints ? taughtMask(graph, batchSize, joints.map((joint) => joint !== null)) : null; // biome-ignore format: one line
  return { path, weight, outputs: asStudents(said, options), joints, ...(taught ? { taught } : {}) };
}
