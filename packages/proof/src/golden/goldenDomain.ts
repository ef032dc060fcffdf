import type { Device } from "@kindling/gpu";
import { checkCocoMetric } from "./domainCocoMetric.ts";
import { checkAffines, checkBoxes, checkDecoder, checkEncoder, checkFlip, checkSimccDecoder } from "./domainCodec.ts";
import { checkForward, domainForward } from "./domainForward.ts";
import { checkLoss, domainLosses } from "./domainLosses.ts";
import { checkBoxNms, checkErrors, checkHeatmapPck, checkMpjpe, checkPck, checkWholeBodySigmas } from "./domainMetrics.ts";
import { checkMmposeLosses } from "./domainMmposeLosses.ts";
import { checkOpenPoseGrouping, checkOpenPoseTargets, checkOpenPoseUpsampling } from "./domainOpenPose.ts";
import { checkResize, domainResize } from "./domainResize.ts";
import { type GoldenOutcome, type GoldenPlan, unsupported } from "./goldenCase.ts";
import { type GoldenFiles, readGoldenJson } from "./goldenFiles.ts";

/**
 * Compares an entry of `domain/*.json` with what our code makes of it; `content` is the whole file, where an entry speaks of another, and
 * `files` the folder, where it speaks of data beside it.
 */
export type DomainCheck = (device: Device, entry: unknown, content: unknown, files: GoldenFiles) => GoldenOutcome | Promise<GoldenOutcome>;

/** Checks by file and key. */
const checks: Readonly<Record<string, DomainCheck>> = {
  "codec/hrnet_get_affine_transform": (_, entry) => checkAffines(entry),
  "codec/hrnet_box2cs": (_, entry) => checkBoxes(entry),
  "codec/encode_192x256_to_48x64_sigma2": (_, entry) => checkEncoder(entry),
  "codec/decode_48x64": (_, entry) => checkDecoder(entry),
  "codec/flip_shift": (_, entry) => checkFlip(entry),
  "codec/simcc_decode": (_, entry) => checkSimccDecoder(entry),
  "mmpose_expected/keypoint_pck_accuracy": (_, entry) => checkPck(entry),
  "mmpose_expected/keypoint_auc_epe_nme": (_, entry) => checkErrors(entry),
  "mmpose_expected/pose_pck_accuracy": (_, entry) => checkHeatmapPck(entry),
  "mmpose_expected/mpjpe": (_, entry) => checkMpjpe(entry),
  "mmpose_expected/bbox_nms": (_, entry) => checkBoxNms(entry),
  "mmpose_expected/losses": checkMmposeLosses,
  "mmpose_expected/coco_metric_topdown_alignment": (_, entry, _content, files) => checkCocoMetric(files, entry),
  wholebody_sigmas: (_, entry) => checkWholeBodySigmas(entry),
  "openpose/targets": (_, entry) => checkOpenPoseTargets(entry),
  "openpose/upsampled x8 cubic": (_, entry, content) => checkOpenPoseUpsampling(entry, content),
  "openpose/grouping": (_, entry, content) => checkOpenPoseGrouping(entry, content),
  ...checksOf("losses", domainLosses, checkLoss),
  ...checksOf("forward", domainForward, checkForward),
  ...checksOf("forward", domainResize, checkResize),
};

/** Entries that no float32 network can reproduce. */
const irreproducible: Readonly<Record<string, string>> = {
  "forward/pose_hrnet w48 on 64x64":
    "with these weights a change of the input by 10⁻⁶ moves the output by 2 % in float64, so float32 runs differ by 20 % from one another",
};

const whereToLook: Readonly<Record<string, string>> = {
  losses: "`kindling gradcheck` of the loss, then packages/autograd/src/ops",
  forward: "the cases of models/ first, whose weights are real, then packages/models/src",
};

/** Keys that describe the others. */
const descriptions: ReadonlySet<string> = new Set(["inputs", "note", "origin"]);

/**
 * A case for each entry of each `domain/*.json`, checked here or by `others` ("losses/ramp …"), for what packages compute that proof does not import; none where there is no folder `domain`. Entries of mere text are no cases.
 * @throws GoldenError when a file cannot be read; running a case, when its entry is not as expected.
 */
export async function goldenDomain(files: GoldenFiles, others: Readonly<Record<string, DomainCheck>>): Promise<GoldenPlan[]> {
  const known = { ...checks, ...others };
  const plans: GoldenPlan[] = [];
  for (const file of (await files.list("domain")) ?? []) {
    if (!file.endsWith(".json")) continue;
    const stem = file.slice(0, -".json".length);
    const content = await readGoldenJson(files, `domain/${file}`);
    const planOf = (path: string, entry: unknown): GoldenPlan => {
      const check = Object.hasOwn(known, path) ? known[path] : undefined;
      return plan(path, check && ((device) => check(device, entry, content, files)));
    };
    if (Array.isArray(content)) plans.push(planOf(stem, content));
    else
      for (const [key, entry] of Object.entries(content))
        if (!descriptions.has(key) && hasNumbers(entry)) plans.push(planOf(`${stem}/${key}`, entry));
  }
  return plans;
}

/** A check for each key of a file. */
function checksOf<T>(
  file: string,
  rules: Readonly<Record<string, T>>,
  check: (device: Device, rule: T, entry: unknown) => Promise<GoldenOutcome>,
): Readonly<Record<string, DomainCheck>> {
  return Object.fromEntries(
    Object.entries(rules).map(([key, rule]): [string, DomainCheck] => [`${file}/${key}`, (device, entry) => check(device, rule, entry)]),
  );
}

function plan(path: string, check: ((device: Device) => ReturnType<DomainCheck>) | undefined): GoldenPlan {
  return {
    name: `domain/${path}`,
    lookAt: whereToLook[path.slice(0, path.indexOf("/"))] ?? "packages/pose/src",
    run: async (device) => (check ? check(device) : unsupported(irreproducible[path] ?? "nothing of ours computes this yet")),
  };
}

function hasNumbers(value: unknown): boolean {
  return typeof value === "number" || (typeof value === "object" && value !== null && Object.values(value).some(hasNumbers));
}
