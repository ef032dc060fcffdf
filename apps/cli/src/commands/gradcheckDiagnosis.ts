import type { opBounds as OpBounds, OpVariantCheck } from "@kindling/proof";

/** Where to look for what failed: a line for each op and way in which parts of it are wrong. `checks` are all of each op, passed or not. */
export function diagnosis(checks: readonly OpVariantCheck[], bounds: typeof OpBounds): readonly string[] {
  const ops = [...new Set(checks.map(({ op }) => op))];
  return ops.flatMap((op) =>
    diagnosisOfOp(
      checks.filter((check) => check.op === op),
      bounds,
    ),
  );
}

function diagnosisOfOp(checks: readonly OpVariantCheck[], bounds: typeof OpBounds): readonly string[] {
  const inputs = [...new Set(checks.flatMap(({ gradientErrors }) => Object.keys(gradientErrors)))];
  const parts: readonly Part[] = ["output", ...inputs.map((input) => ({ input }))];
  const findings = parts.flatMap((part) => findingOf(part, checks, bounds) ?? []);
  return ways.flatMap((way) => {
    const found = findings.filter((finding) => finding.way === way);
    return found.length > 0 ? [`${checks[0]!.op}: ${lineOf(way, found, checks)}`] : [];
  });
}

/** The output, or the gradient of an input. */
type Part = "output" | { readonly input: string };

/** Ways of running, simplest first: the simplest in which a part fails says what is wrong. */
const ways = ["plain f32", "fastest f32", "plain f16", "fastest f16"] as const;
type Way = (typeof ways)[number];

interface Finding {
  readonly part: Part;
  readonly way: Way;
  /** Kernels that may be wrong: those that every failing case ran, or all where there is none. */
  readonly kernels: readonly string[];
  readonly cases: readonly string[];
}

function findingOf(part: Part, checks: readonly OpVariantCheck[], bounds: typeof OpBounds): Finding | undefined {
  const failing = checks.filter((check) => !isWithinBound(check, part, bounds));
  const way = ways.find((each) => failing.some((check) => wayOf(check) === each));
  if (way === undefined) return undefined;
  const deciding = failing.filter((check) => wayOf(check) === way);
  const ofCases = deciding.map((check) => (check.variants === "plain" ? kernelsOf(check, part) : differing(check, part, checks)));
  const all = [...new Set(ofCases.flat())];
  const shared = all.filter((kernel) => ofCases.every((kernels) => kernels.includes(kernel)));
  return { part, way, kernels: shared.length > 0 ? shared : all, cases: deciding.map((check) => check.case) };
}

function wayOf({ variants, dtype }: OpVariantCheck): Way {
  return `${variants} ${dtype}`;
}

function isWithinBound({ error, gradientErrors, dtype }: OpVariantCheck, part: Part, bounds: typeof OpBounds): boolean {
  return part === "output" ? error <= bounds[dtype].error : (gradientErrors[part.input] ?? 0) <= bounds[dtype].gradient;
}

function kernelsOf({ kernels }: OpVariantCheck, part: Part): readonly string[] {
  return part === "output" ? kernels.output : (kernels.gradients[part.input] ?? []);
}

/** Kernels of a fast check that the plain one does not have; where none of a gradient's own differs, those of the forward pass. */
function differing(check: OpVariantCheck, part: Part, checks: readonly OpVariantCheck[]): readonly string[] {
  const plain = checks.find((each) => each.case === check.case && each.dtype === check.dtype && each.variants === "plain");
  const of = (each: Part) => kernelsOf(check, each).filter((kernel) => !plain || !kernelsOf(plain, each).includes(kernel));
  const own = of(part);
  return own.length > 0 ? own : of("output");
}

function lineOf(way: Way, findings: readonly Finding[], checks: readonly OpVariantCheck[]): string {
  const output = findings.some(({ part }) => part === "output");
  const inputs = findings.flatMap(({ part }) => (part === "output" ? [] : [part.input]));
  const gradients = inputs.length > 0 ? [`the gradient of ${inputs.join(", ")}`] : [];
  const parts = [...(output ? ["the output"] : []), ...gradients].join(" and ");
  const kernels = [...new Set(findings.flatMap((finding) => finding.kernels))].join(", ");
  const cases = [...new Set(findings.flatMap((finding) => finding.cases))];
  const where = `in ${cases[0]}${cases.length > 1 ? ` and ${cases.length - 1} more` : ""}`;
  const wrong = `${parts} ${output && inputs.length > 0 ? "are" : "is"} wrong`;
  const only = checks.some(({ dtype }) => dtype === "f32") ? " only" : "";
  switch (way) {
    case "plain f32":
      return `${wrong}, with plain kernels too, ${where}: ${output ? opAdvice(kernels) : vjpAdvice(kernels)}`;
    case "fastest f32":
      return `${wrong} only with the fastest kernels, ${where}: ${variantAdvice(kernels)}`;
    case "plain f16":
      return `${wrong}${only} in f16, ${where}: ${f16Advice(kernels)}`;
    case "fastest f16":
      return `${wrong}${only} in f16 with the fastest kernels, ${where}: ${variantAdvice(kernels)}; ${f16Advice("it")}`;
    default:
      return way satisfies never;
  }
}

function opAdvice(kernels: string): string {
  return `look at the op (packages/autograd/src/ops), its definition (packages/proof/src/cases) and variant 0 of what it runs, ${kernels}`;
}

function vjpAdvice(kernels: string): string {
  const vjp = "the output is right, so look at the vjp of the op (packages/autograd/src/ops)";
  return kernels === "" ? `${vjp}, which gives this input no gradient` : `${vjp} and at ${kernels}`;
}

function variantAdvice(kernels: string): string {
  return `what differs from variant 0 is ${kernels}: run its own test (packages/kernels/src)`;
}

function f16Advice(kernels: string): string {
  return `look for a load without f32(…) or vec4f(…), a store without its alias (YElement), or a sum kept in f16, in ${kernels}`;
}
