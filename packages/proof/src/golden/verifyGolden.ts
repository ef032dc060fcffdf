import { type Device, DeviceLostError, GpuValidationError } from "@kindling/gpu";
import { type GoldenCase, type GoldenPlan, goldenBound, judge } from "./goldenCase.ts";
import { goldenCocoAp } from "./goldenCocoAp.ts";
import { type DomainCheck, goldenDomain } from "./goldenDomain.ts";
import { GoldenError } from "./goldenError.ts";
import type { GoldenFiles } from "./goldenFiles.ts";
import { goldenModels } from "./goldenModels.ts";
import { goldenOps } from "./goldenOps.ts";

/** Which cases are run, and how to follow and stop them. */
export interface VerifyOptions {
  /** Only cases whose names begin so. */
  readonly only?: string;
  /** Checks of entries of `domain/*.json` by their names there, of what packages compute that this one does not import. */
  readonly domainChecks?: Readonly<Record<string, DomainCheck>>;
  readonly signal?: AbortSignal;
  /** Called after each case. */
  readonly onCase?: (done: number, total: number, name: string) => void;
}

/** A case, or a part of one, that was not checked: Kindling has nothing for it, or float32 cannot reproduce it. It neither passes nor fails. */
export interface UnsupportedCase {
  readonly name: string;
  readonly reason: string;
}

/** What the parity suite found. */
export interface GoldenReport {
  readonly cases: readonly GoldenCase[];
  readonly unsupported: readonly UnsupportedCase[];
  /** Number of cases that did not pass. */
  readonly failed: number;
  /** Of each failed case, where to look. */
  readonly lookAt: Readonly<Record<string, string>>;
}

/**
 * Runs every case of a folder of reference values, one after the other, and judges each by its bound. A case that throws has failed;
 * parts of the folder that are absent (`ops`, `models`, `domain`) are left out. Where a folder `data` lies beside it, so do `data/coco-ap`'s
 * numbers of whole evaluations.
 * @throws GoldenError when the folder cannot be read or no case begins with `only`, DeviceLostError when the device is gone,
 * AbortError when the signal is.
 */
export async function verifyGolden(device: Device, files: GoldenFiles, options: VerifyOptions = {}): Promise<GoldenReport> {
  const plans = await planned(files, options);
  const cases: GoldenCase[] = [];
  const unsupported: UnsupportedCase[] = [];
  for (const [i, plan] of plans.entries()) {
    options.signal?.throwIfAborted();
    const { result, lacking } = await runPlan(device, plan);
    if (result) cases.push(result);
    if (lacking !== undefined) unsupported.push({ name: plan.name, reason: lacking });
    options.onCase?.(i + 1, plans.length, plan.name);
  }
  const failures = new Set(cases.filter(({ pass }) => !pass).map(({ name }) => name));
  const lookAt = Object.fromEntries(plans.filter(({ name }) => failures.has(name)).map((plan) => [plan.name, plan.lookAt]));
  return { cases, unsupported, failed: failures.size, lookAt };
}

async function planned(files: GoldenFiles, { only = "", domainChecks = {} }: VerifyOptions): Promise<readonly GoldenPlan[]> {
  if (!(await files.list(""))) throw new GoldenError(`${files.name}: there is no such folder`);
  const ofFolder = [...(await goldenOps(files)), ...(await goldenModels(files)), ...(await goldenDomain(files, domainChecks))];
  const all = ofFolder.length === 0 ? [] : [...ofFolder, ...(await goldenCocoAp(files))];
  if (all.length === 0)
    throw new GoldenError(`${files.name} holds no reference values: ops/index.json, models/bounds.json or domain/*.json`);
  const chosen = all.filter(({ name }) => name.startsWith(only));
  if (chosen.length === 0) {
    const folders = [
      ...new Set(
        all.map(({ name }) =>
          name
            .split("/")
            .slice(0, /^(?:domain|data)[/]/.test(name) ? 2 : 1)
            .join("/"),
        ),
      ),
    ];
    throw new GoldenError(`${files.name}: no case begins with "${only}"; there are ${folders.join(", ")}, such as ${all[0]!.name}`);
  }
  return chosen;
}

async function runPlan(
  device: Device,
  { name, run }: GoldenPlan,
): Promise<{ readonly result: GoldenCase | undefined; readonly lacking: string | undefined }> {
  try {
    const outcome = await run(device);
    device.throwIfFailed();
    if (outcome.kind === "unsupported") return { result: undefined, lacking: outcome.reason };
    return { result: judge(name, outcome.tensors), lacking: outcome.lacking };
  } catch (error) {
    // These say nothing about the case: the folder is damaged, or there is no device any more.
    if (!(error instanceof Error) || [GoldenError, DeviceLostError, GpuValidationError].some((kind) => error instanceof kind)) throw error;
    const failure = { name, error: Number.POSITIVE_INFINITY, bound: goldenBound, pass: false, tensors: {}, problem: error.message };
    return { result: failure, lacking: undefined };
  }
}
