import { bytesPerElement, sizeOf } from "@kindling/gpu";
import type { Cost } from "@kindling/kernels";
import type { Dispatch, Node } from "./op.ts";
import { Tensor } from "./tensor.ts";

/**
 * Module path of the layer that a kernel call computes: the owner of the variables that it reads, or that its node reads, when it is one; else
 * the module that recorded the node. So the convolutions that one op fuses are told apart, and `weight` rearranged is still the layer's.
 */
export function layerOf(node: Node, { reads }: Pick<Dispatch, "reads">): string {
  return onlyOwner(reads.filter((value) => value instanceof Tensor)) ?? onlyOwner(node.inputs) ?? node.path;
}

/** Work of a kernel call; bytes by how its operands are stored. */
export function costOf({ kernel, problem, reads, writes }: Dispatch): Cost {
  const { flops, bytes } = kernel.cost(problem); // bytes as if all were f32
  const operands = [...reads, ...writes];
  const elements = operands.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
  const stored = operands.reduce((sum, { shape, dtype }) => sum + sizeOf(shape) * bytesPerElement[dtype], 0);
  return { flops, bytes: Math.round((bytes * stored) / (4 * elements)) };
}

/** The module of the variables among tensors, and of tensors made of one module's variables alone; undefined for several or none. */
function onlyOwner(tensors: readonly Tensor[]): string | undefined {
  const found = new Set(tensors.map(ownerOf).filter((owner) => owner !== undefined));
  return found.size === 1 ? [...found][0] : undefined;
}

/** Owners that were found: graphs are deep, and residual ones have many ways down. */
const owners = new WeakMap<Tensor, string | null>();

function ownerOf(tensor: Tensor): string | undefined {
  let owner = owners.get(tensor);
  if (owner === undefined) {
    owner = findOwner(tensor) ?? null;
    owners.set(tensor, owner);
  }
  return owner ?? undefined;
}

function findOwner({ source }: Tensor): string | undefined {
  switch (source.kind) {
    case "input":
      return undefined;
    case "variable":
      return source.variable.name.slice(0, Math.max(0, source.variable.name.lastIndexOf(".")));
    case "node": {
      const found = new Set(source.node.inputs.map(ownerOf));
      return found.size === 1 ? [...found][0] : undefined;
    }
    default:
      return source satisfies never;
  }
}
