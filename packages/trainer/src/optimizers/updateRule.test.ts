import { expect, test } from "vitest";
import { updateRuleOf } from "./updateRule.ts";

const common = { learningRate: 1, weightDecay: 0 } as const;

test.each(["adam", "adamw"] as const)("%s corrects its averages for the zeros they started as", (kind) => {
  const rule = updateRuleOf({ ...common, kind, betas: [0.9, 0.75], epsilon: 1e-8 });
  expect(rule.slots).toEqual(["exp_avg", "exp_avg_sq"]);
  expect(rule.stepScalars(0.5, 1)).toEqual([0.5, 1 - 0.9, 0.25]);
  expect(rule.stepScalars(0.25, 2)).toEqual([0.25, 1 - 0.9 ** 2, 1 - 0.75 ** 2]);
  expect(rule.stepScalars(1, 1)).toHaveLength(rule.scalars);
});

test("SGD dampens from the second step on, and keeps a buffer only for momentum", () => {
  const rule = updateRuleOf({ ...common, kind: "sgd", momentum: 0.9, dampening: 0.25, nesterov: false });
  expect(rule.slots).toEqual(["momentum_buffer"]);
  expect([1, 2, 3].map((t) => rule.stepScalars(0.5, t))).toEqual([
    [0.5, 1],
    [0.5, 0.75],
    [0.5, 0.75],
  ]);
  expect(rule.stepScalars(1, 1)).toHaveLength(rule.scalars);
  expect(updateRuleOf({ ...common, kind: "sgd", momentum: 0, dampening: 0, nesterov: false }).slots).toEqual([]);
});
