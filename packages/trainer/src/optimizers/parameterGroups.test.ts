import { createModel, nameModule, variablesOf } from "@kindling/models";
import { expect, test } from "vitest";
import { RecipeError } from "../recipe/recipeError.ts";
import { type ParameterGroupRecipe, parameterGroups } from "./parameterGroups.ts";

const student = createModel("openpose-lite", { joints: 18, width: 1, input: [128, 128] });
nameModule(student, "student");
const trained = new Set([...variablesOf(student).values()].filter(({ role }) => role === "parameter"));
const group = (change: Partial<ParameterGroupRecipe>): ParameterGroupRecipe => ({ learningRateFactor: 1, weightDecayFactor: 1, ...change });

test("Lightweight OpenPose's groups are two rules and three kinds without decay", () => {
  const groupOf = parameterGroups(
    {
      noDecay: ["norm", "bias", "depthwise"],
      groups: [
        group({ match: "student.refinement_stages", of: ["convolution"], learningRateFactor: 4 }),
        group({ of: ["bias"], learningRateFactor: 2 }),
      ],
    },
    [student],
    trained,
  );
  const seen = new Map<string, number>();
  for (const variable of trained) {
    // The groups of its train.py, read off shape and name: a vector beside running statistics is of a batch norm.
    const isNorm = variable.shape.length === 1 && variable.name.endsWith(".weight");
    const bias = variable.name.endsWith(".bias");
    const normBias =
      bias && [...trained].some(({ name, shape }) => shape.length === 1 && name === variable.name.replace(/bias$/, "weight"));
    const depthwise = variable.shape.length === 4 && variable.shape[2] === 1;
    const refinement = variable.name.startsWith("student.refinement_stages.") && !isNorm && !normBias;
    const expected = {
      learningRateFactor: (refinement ? 4 : 1) * (bias ? 2 : 1),
      weightDecayFactor: isNorm || bias || depthwise ? 0 : 1,
    };
    expect(groupOf(variable), variable.name).toEqual(expected);
    const key = JSON.stringify(expected);
    seen.set(key, (seen.get(key) ?? 0) + 1);
  }
  // ×1 with and without decay, ×2 without, ×4 with, ×8 without: so many segments, and so many dispatches of an update.
  expect(seen.size).toBe(5);
});

test("factors of all groups that a parameter is in multiply, whatever their order; one that selects nothing is refused", () => {
  const groups = [
    group({ match: "student.*.trunk", weightDecayFactor: 0.5 }),
    group({ match: "student.initial_stage", learningRateFactor: 0.1 }),
    group({ of: ["bias", "depthwise"], learningRateFactor: 3 }),
  ];
  for (const ordered of [groups, [...groups].reverse()]) {
    const groupOf = parameterGroups({ groups: ordered }, [student], trained);
    const of = (name: string) => groupOf([...trained].find((variable) => variable.name === name)!);
    expect(of("student.initial_stage.trunk.0.0.weight")).toEqual({ learningRateFactor: 0.1, weightDecayFactor: 0.5 });
    expect(of("student.initial_stage.trunk.0.0.bias").learningRateFactor).toBeCloseTo(0.3, 15);
    expect(of("student.initial_stage.heatmaps.0.0.weight")).toEqual({ learningRateFactor: 0.1, weightDecayFactor: 1 });
    expect(of("student.cpm.trunk.0.0.weight")).toEqual({ learningRateFactor: 3, weightDecayFactor: 0.5 });
    expect(of("student.model.0.0.weight")).toEqual({ learningRateFactor: 1, weightDecayFactor: 1 });
  }
  const empty = () => parameterGroups({ groups: [group({ match: "student.cpm", of: ["norm", "linear"] })] }, [student], trained);
  expect(empty).toThrow(RecipeError);
  expect(empty).toThrow("optimizer.groups[0]: there is no norm or linear parameter in student.cpm to train");
});
