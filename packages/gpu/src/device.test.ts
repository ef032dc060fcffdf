import { expect, test } from "vitest";
import { Device, type DeviceParts } from "./device.ts";

test("waits that follow one another share one rest a turn, and a later wait rests again", async () => {
  const waiting: (() => boolean)[] = [];
  const device = new Device({
    gpu,
    capabilities,
    info,
    fingerprint: "none",
    choices: new Map(),
    slowPolling: (goOn) => void waiting.push(goOn),
  });
  for (let i = 0; i < 5; i++) await device.wait(Promise.resolve(i));
  expect(waiting).toHaveLength(1);
  const last = device.wait(new Promise<void>((resolve) => setTimeout(resolve, 1)));
  expect(waiting).toHaveLength(1);
  expect(waiting[0]!()).toBe(true);
  await last;
  expect(waiting[0]!()).toBe(false);
  await device.wait(Promise.resolve());
  expect(waiting).toHaveLength(2);
});

// Waiting asks nothing of the GPU but these two.
const gpu = { lost: new Promise(() => {}), addEventListener: () => {} } as unknown as GPUDevice;
const capabilities = {} as DeviceParts["capabilities"];
const info = {} as DeviceParts["info"];
