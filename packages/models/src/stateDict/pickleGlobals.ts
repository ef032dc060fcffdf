import type { Parser } from "pickleparser";
import type { ElementType } from "./elementType.ts";
import { quote } from "./quote.ts";
import { StoredTensor } from "./storedTensor.ts";
import { WeightsFileError } from "./weightsFileError.ts";

/**
 * The only Python names that one pickle may use, as with torch.load(weights_only=True); none of them runs anything of the file.
 * `resolve` throws WeightsFileError naming any other.
 */
export function pickleGlobals(): NameResolver {
  const orderedDict = orderedDicts();
  return {
    resolve(module, name) {
      const path = `${module}.${name}`;
      const found = path === "collections.OrderedDict" ? orderedDict : globals.get(path);
      if (found) return found;
      throw new WeightsFileError(
        `the file uses the Python object ${quote(path)}, which no state dict needs; save model.state_dict() alone with torch.save`,
      );
    },
  };
}

/** The element type that a global like torch.FloatStorage stands for, or undefined for any other value. */
export function storageType(value: unknown): ElementType | undefined {
  return storageTypes.get(value);
}

type NameResolver = NonNullable<NonNullable<ConstructorParameters<typeof Parser>[0]>["nameResolver"]>;
type Callable = (...args: readonly unknown[]) => unknown;

/** A value that cannot be part of a state dict; it swallows what the pickle puts into it. */
class Ignored {
  set(): void {}
  add(): void {}
  push(): void {}
}

const rebuildTensor = callable((storage, offset, shape, strides) => new StoredTensor(storage, offset, shape, strides));
const first = callable((value) => value);
const ignored = callable(() => new Ignored());

/** A tensor with Python attributes: (function, type, arguments, state). */
const rebuildFromType = callable((build, _type, args) => {
  if (build === rebuildTensor && Array.isArray(args)) return rebuildTensor(...args);
  throw new WeightsFileError("the file holds a tensor of a special type (_rebuild_from_type_v2)");
});

/** No call of a state dict has more than a few arguments; a file could pass the same hundred thousand in each of a million calls. */
function callable(body: Callable): Callable {
  return (...args) => {
    if (args.length <= 16) return body(...args);
    throw new WeightsFileError(`the pickle calls a function with ${args.length} arguments`);
  };
}

/** OrderedDict of one pickle: Python 3 adds the items later, Python 2 passes a list of pairs; a file could pass the same list for ever. */
function orderedDicts(): Callable {
  let items = 0;
  return callable((pairs = []) => {
    if (!Array.isArray(pairs)) throw new WeightsFileError("the pickle builds an OrderedDict of something other than pairs");
    items += pairs.length;
    if (items > 1_000_000) throw new WeightsFileError("the pickle builds OrderedDicts of more than a million items");
    return new Map<unknown, unknown>(pairs);
  });
}

const elementTypes: Readonly<Record<string, ElementType>> = {
  DoubleStorage: "F64",
  FloatStorage: "F32",
  HalfStorage: "F16",
  BFloat16Storage: "BF16",
  LongStorage: "I64",
  IntStorage: "I32",
  ShortStorage: "I16",
  CharStorage: "I8",
  ByteStorage: "U8",
  BoolStorage: "BOOL",
};

const storageTypes = new Map<unknown, ElementType>();

const globals: ReadonlyMap<string, Callable> = new Map([
  ["torch._utils._rebuild_tensor", rebuildTensor],
  ["torch._utils._rebuild_tensor_v2", rebuildTensor],
  ["torch._utils._rebuild_parameter", first],
  ["torch._utils._rebuild_parameter_with_state", first],
  ["torch._tensor._rebuild_from_type_v2", rebuildFromType],
  ["torch.Size", first],
  ...[
    ...["collections.Counter", "builtins.set", "__builtin__.set", "torch.device", "torch.Tensor", "torch.nn.parameter.Parameter"],
    // The statistics and the metadata that trainers store beside the weights: numpy arrays and scalars.
    ...["_codecs.encode", "numpy.ndarray", "numpy.dtype"],
    ...["numpy.core.multiarray._reconstruct", "numpy._core.multiarray._reconstruct"],
    ...["numpy.core.multiarray.scalar", "numpy._core.multiarray.scalar"],
    ...["float64", "float32", "float16", "bfloat16", "int64", "int32", "int16", "int8", "uint8", "bool"].map((type) => `torch.${type}`),
  ].map((name) => [name, ignored] as const),
  ...Object.entries(elementTypes).map(([name, type]) => {
    const marker = callable(() => {
      throw new WeightsFileError(`the pickle calls torch.${name} instead of referring to a storage`);
    });
    storageTypes.set(marker, type);
    return [`torch.${name}`, marker] as const;
  }),
]);
