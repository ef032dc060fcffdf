import { quote } from "./quote.ts";
import { WeightsFileError } from "./weightsFileError.ts";

/** The networks that a checkpoint of a distillation holds side by side. */
export type WeightsPart = "student" | "teacher";

/** Modules that training scripts wrap around a network. */
const wrappers = ["module", "model", "network", "net"];

/**
 * The entries under the names of the bare model. The prefixes of wrapping modules (`module.` of PyTorch's data-parallel ones, `model.` and so on) are
 * stripped where all names have one, `module.` of single names too; `num_batches_tracked` is dropped, since it only serves batch norms without
 * momentum, which no pose network has. Of a distillation's checkpoint, whose names begin with `student.` and `teacher.`, `part` alone is
 * kept; where everything belongs to one of the two, it need not be given.
 * @throws WeightsFileError when two names become one, the part is not there, or it is not told though there is more than one.
 */
export function normalizeNames<T>(tensors: ReadonlyMap<string, T>, part?: WeightsPart): Map<string, T> {
  const bare = new Map<string, T>();
  for (const [name, tensor] of tensors) {
    if (name === "num_batches_tracked" || name.endsWith(".num_batches_tracked")) continue;
    const short = name.startsWith("module.") ? name.slice("module.".length) : name;
    if (bare.has(short))
      throw new WeightsFileError(`the file holds both ${quote(short)} and ${quote(`module.${short}`)}; keep one of them`);
    bare.set(short, tensor);
  }
  return unwrap(partOf(unwrap(bare), part));
}

/** Without the wrappers that all names share. */
function unwrap<T>(tensors: Map<string, T>): Map<string, T> {
  const wrapper = wrappers.find((name) => tensors.size > 0 && [...tensors.keys()].every((key) => key.startsWith(`${name}.`)));
  return wrapper === undefined ? tensors : unwrap(below(tensors, wrapper));
}

function partOf<T>(tensors: Map<string, T>, part: WeightsPart | undefined): Map<string, T> {
  const held = (["student", "teacher"] as const).filter((name) => [...tensors.keys()].some((key) => key.startsWith(`${name}.`)));
  if (part !== undefined) {
    if (held.includes(part)) return below(tensors, part);
    const [first] = tensors.keys();
    throw new WeightsFileError(
      `the file holds no ${part}: no name begins with "${part}."${first === undefined ? "" : `; the first is ${quote(first)}`}`,
    );
  }
  const [only] = held;
  if (only === undefined) return tensors;
  const chosen = below(tensors, only);
  if (chosen.size === tensors.size) return chosen;
  throw new WeightsFileError(
    `the file holds ${held.length > 1 ? "a student and a teacher" : `a ${only} and more`}: say which one, FILE#${only}${held.length > 1 ? " or FILE#teacher" : ""}`,
  );
}

/** The entries whose names begin with `prefix.`, without it. */
function below<T>(tensors: ReadonlyMap<string, T>, prefix: string): Map<string, T> {
  return new Map(
    [...tensors].flatMap(([name, tensor]) => (name.startsWith(`${prefix}.`) ? [[name.slice(prefix.length + 1), tensor] as const] : [])),
  );
}
