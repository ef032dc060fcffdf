import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { openDevice } from "@kindling/gpu";
import { expect, test } from "vitest";
import { type GoldenFiles, verifyGolden } from "../index.ts";

const repository = path.resolve(import.meta.dirname, "../../../..");
const own = filesOf(path.join(repository, "test/golden"));
const shared = path.resolve(repository, "../shared/golden");
const device = await openDevice();

test("every recorded op gives PyTorch's outputs and gradients", async () => {
  const { cases, unsupported } = await verifyGolden(device, own, { only: "ops/" });
  expect(cases.filter(({ pass }) => !pass)).toEqual([]);
  expect(cases.length).toBeGreaterThanOrEqual(59);
  // Far below the bound of `kindling verify`, which every adapter must meet: a loss of digits shall not go unnoticed.
  const most = (name: string): number => (/^ops\/(?:optim_|clip_grad_norm)/.test(name) ? 3e-7 : 2e-6);
  expect(cases.filter(({ name, error }) => !(error < most(name)))).toEqual([]);
  expect(unsupported).toEqual([]);
});

test.each([
  "domain/codec",
  "domain/losses",
  "domain/mmpose_expected",
  "domain/forward/bilinear",
  "domain/forward/SqueezeNetHPE",
  "domain/openpose",
  "domain/wholebody_sigmas",
])("crops, codecs, metrics, losses and networks give the values of their papers' own code: %s", async (only) => {
  const { cases } = await verifyGolden(device, own, { only });
  expect(cases.filter(({ pass }) => !pass)).toEqual([]);
  expect(cases).not.toEqual([]);
});

test("of the codecs nothing is left unchecked", async () => {
  const { cases, unsupported } = await verifyGolden(device, own, { only: "domain/codec" });
  expect([cases.length, unsupported]).toEqual([6, []]);
});

test("of the losses only what is no loss has no check here: similarities, a picture, and a schedule, which the trainer has", async () => {
  const { unsupported } = await verifyGolden(device, own, { only: "domain/losses" });
  expect(unsupported.map(({ name }) => name.slice("domain/losses/".length).split(" ")[0])).toEqual(["CKA", "CKA", "EigenCAM", "ramp"]);
});

test("of mmpose's values only losses that nobody trains with, and numbers of annotations that are elsewhere, have no check here", async () => {
  const { cases, unsupported } = await verifyGolden(device, own, { only: "domain/mmpose_expected" });
  expect(cases).toHaveLength(6);
  expect(unsupported.map(({ name }) => name.slice("domain/mmpose_expected/".length))).toEqual(["losses", "coco_metric_topdown_alignment"]);
});

test.skipIf(!existsSync(path.join(shared, "domain")))(
  "whole evaluations give pycocotools' and mmpose's numbers to 1e-9 (skipped where ../shared is absent)",
  async () => {
    const files = filesOf(shared);
    const metric = await verifyGolden(device, files, { only: "domain/mmpose_expected/coco_metric" });
    const sets = await verifyGolden(device, files, { only: "data/coco-ap" });
    const cases = [...metric.cases, ...sets.cases];
    expect(cases.filter(({ pass }) => !pass)).toEqual([]);
    expect(cases.map(({ tensors }) => Object.keys(tensors).length)).toEqual([4, 2, 2, 12]);
    expect([...metric.unsupported, ...sets.unsupported]).toEqual([]);
  },
);

test.skipIf(!existsSync(path.join(shared, "models")))(
  "networks give PyTorch's heatmaps, gradients and ten steps of training (skipped where ../shared is absent)",
  async () => {
    const { cases, unsupported } = await verifyGolden(device, filesOf(shared), { only: "models/" });
    expect(cases.filter(({ pass }) => !pass)).toEqual([]);
    expect(cases.map(({ name }) => name).sort()).toEqual(
      ["hrnet_w8_values", "squeezenet_hpe_384x288", "squeezenet_hpe_training"].map((name) => `models/${name}`),
    );
    const losses = [cases.find(({ name }) => name === "models/squeezenet_hpe_training")!.tensors.losses!].flat();
    expect(losses).toHaveLength(10);
    expect(losses[0]).toBeLessThan(1e-5); // before any update
    expect(unsupported).toEqual([]);
  },
);

function filesOf(folder: string): GoldenFiles {
  const unlessAbsent = <T>(file: string, read: (at: string) => T): T | undefined => {
    const at = path.join(folder, file);
    return existsSync(at) ? read(at) : undefined;
  };
  return {
    name: folder,
    read: async (file) => unlessAbsent(file, (at) => readFileSync(at)),
    list: async (part) => unlessAbsent(part, (at) => readdirSync(at).sort()),
  };
}
