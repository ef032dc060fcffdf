import { expect, test } from "vitest";
import { listenForInterruption } from "./interruption.ts";
import { Progress } from "./progress.ts";

test.each(["SIGINT", "SIGTERM"] as const)("the first %s asks to stop and says so, and does not end the process", (name) => {
  let said = "";
  const listeners = process.listenerCount(name);
  const interruption = listenForInterruption(new Progress({ write: (text) => (said += text) }));
  process.emit(name);
  expect(interruption.signal.aborted).toBe(true);
  expect(said).toContain("stopping at the next step");
  interruption.ignore();
  expect(process.listenerCount(name)).toBe(listeners);
});
