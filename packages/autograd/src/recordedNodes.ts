import type { Node, Op } from "./op.ts";
import type { Tensor } from "./tensor.ts";

/** Recorded nodes by what they compute, so that an equal one can be found. */
export class RecordedNodes {
  readonly #byInputs = new Map<string, Node[]>();

  constructor(nodes: Iterable<Node>) {
    for (const node of nodes) this.add(node);
  }

  /** In the order of recording: a node that overwrites a variable makes what was read from it before another value. Nodes of checkpoints are not kept. */
  add(node: Node): void {
    const overwritten = (node.op.mutates ?? []).map((index) => node.inputs[index]!); // infer has seen them
    if (overwritten.length > 0) {
      for (const [key, known] of this.#byInputs) {
        this.#byInputs.set(
          key,
          known.filter(({ inputs }) => !inputs.some((input) => overwritten.includes(input))),
        );
      }
      return;
    }
    if (node.checkpoint) return;
    const key = keyOf(node.op as Op, node.inputs);
    this.#byInputs.set(key, [...(this.#byInputs.get(key) ?? []), node]);
  }

  /** The node that applies this op to these inputs with equal attributes; undefined for none. */
  equalTo<A>(op: Op<A>, inputs: readonly Tensor[], attrs: A): Node | undefined {
    // An op is the same for all its attributes' values; its type is erased in a list of nodes.
    return this.#byInputs.get(keyOf(op as Op, inputs))?.find((node) => node.op === (op as Op) && equal(node.attrs, attrs));
  }
}

function keyOf({ name }: Op, inputs: readonly Tensor[]): string {
  return `${name} ${inputs.map(({ id }) => id).join(" ")}`;
}

/** Plain values, lists and objects by what they hold; all else by identity. */
function equal(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  const prototype = Object.getPrototypeOf(a) as unknown;
  if (prototype !== Object.getPrototypeOf(b) || (prototype !== Object.prototype && prototype !== Array.prototype)) return false;
  const [left, right] = [Object.entries(a), new Map(Object.entries(b))];
  return left.length === right.size && left.every(([key, value]) => right.has(key) && equal(value, right.get(key)));
}
