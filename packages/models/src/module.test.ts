import { Graph, type Tensor, Variable } from "@kindling/autograd";
import { expect, test } from "vitest";
import { Conv2d } from "./layers/conv2d.ts";
import { Sequential } from "./layers/sequential.ts";
import { type Mode, Module, nameModule, variablesOf } from "./module.ts";

class Branches extends Module<readonly Tensor[], readonly Tensor[]> {
  readonly 5: Conv2d = new Conv2d(1, 1, 1);
  readonly layers: readonly (readonly (Sequential | null)[])[] = [[null, new Sequential([new Conv2d(1, 1, 1, { bias: false })])], []];
  readonly absent: Conv2d | undefined = undefined;
  readonly scale: Variable = new Variable({ shape: [1], role: "state", init: () => Float32Array.of(1) });
  readonly joints: number = 17;

  forward(x: readonly Tensor[], mode: Mode): readonly Tensor[] {
    return [this[5].call(x[0]!, mode), this.layers[0]![1]!.call(x[1]!, mode)];
  }
}

test("names follow fields, positions in nested arrays and numeric fields; what is no module is left out", () => {
  expect([...variablesOf(new Branches()).keys()]).toEqual(["5.weight", "5.bias", "layers.0.1.0.weight", "scale"]);
});

test("naming a tree gives every module its path and every variable its name, below the root's name or bare", () => {
  const [named, bare] = [new Branches(), new Branches()];
  nameModule(named, "student");
  expect(named.layers[0]![1]!.path).toBe("student.layers.0.1");
  expect([...variablesOf(named)].map(([relative, { name }]) => name === `student.${relative}`)).toEqual([true, true, true, true]);
  nameModule(bare, "");
  expect(bare[5].path).toBe("5");
  expect(bare.scale.name).toBe("scale");
});

test("calls name their outputs on the graph, several by position", () => {
  const module = new Branches();
  nameModule(module, "m");
  const graph = new Graph();
  const x = graph.input("x", [1, 2, 2, 1], "f32");
  const [first, second] = module.call([x, x], "eval");
  expect(graph.find("m.out.0")).toBe(first);
  expect(graph.find("m.5.out")).toBe(first);
  expect(graph.find("m.layers.0.1.out")).toBe(second);
  expect(() => graph.find("m.4.out")).toThrow("m.5.out");
});

test("a module without a path cannot be called, and one that stands in two places is refused", () => {
  const graph = new Graph();
  const conv = new Conv2d(1, 1, 1);
  expect(() => conv.call(graph.input("x", [1, 1, 1, 1], "f32"), "eval")).toThrow("nameModule");
  expect(() => nameModule(new Sequential([conv, conv]), "twice")).toThrow("module twice.0 cannot also be twice.1");
});
