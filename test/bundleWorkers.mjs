// Global setup of vitest: tests run the TypeScript sources, but a worker thread needs a file that Node can run, so the worker entries are
// bundled before the tests, and KINDLING_WORKERS says where they lie.
import { bundle } from "../apps/cli/bin/bundle.mjs";

export async function setup() {
  process.env.KINDLING_WORKERS = await bundle({ workersOnly: true });
}
