import "./symbolDispose.ts";
import { type Device, describeSystem, openDevice } from "@kindling/gpu";
import { conv2dReference, type Reference } from "@kindling/kernels";
import { pictureSize } from "./drawPerson.ts";
import { edgeWeight } from "./edgeFilters.ts";
import { type EdgeGraph, recordEdges } from "./edgeGraph.ts";
import { byId } from "./element.ts";
import { measureVariants } from "./measureVariants.ts";
import { checkAfterRelu } from "./referenceCheck.ts";
import { showAdapter } from "./showAdapter.ts";
import { type CheckedVariant, showChecks } from "./showChecks.ts";
import { showInput, showOutputs } from "./showPictures.ts";
import { showProblem } from "./showProblem.ts";
import { showShaders } from "./showShaders.ts";

void reportProblems(showPage);

async function showPage(): Promise<void> {
  const device = await openDevice();
  void device.lost.then(showFailure);
  showAdapter(device, await describeSystem());
  const edges = recordEdges(pictureSize.height, pictureSize.width);
  byId("graph").textContent = edges.graph.toString();
  const x = showInput();
  const reference = conv2dReference(edges.problem, Float64Array.from(x), Float64Array.from(edgeWeight()), null);
  await measure(device, edges, x, reference);
  let running = false;
  byId("again").addEventListener("click", async () => {
    if (running) return;
    running = true;
    await reportProblems(() => measure(device, edges, x, reference));
    running = false;
  });
}

/** Runs every variant and shows what came out; afterwards the page's `data-state` is "right" or "wrong". */
async function measure(device: Device, edges: EdgeGraph, x: Float32Array<ArrayBuffer>, reference: Reference): Promise<void> {
  byId("status").textContent = "Computing…";
  const variants: CheckedVariant[] = [];
  for await (const measurement of measureVariants(device, edges, x)) {
    variants.push({ measurement, check: checkAfterRelu(measurement.y, reference) });
  }
  showOutputs(variants.at(-1)!.measurement.y); // the fastest; variant 0 supports everything, so there is one
  showShaders(
    "conv2d",
    variants.map(({ measurement }) => measurement),
  );
  const right = showChecks(variants);
  for (const section of document.querySelectorAll<HTMLElement>("main > section:not(#problem)")) section.hidden = false;
  const { software, vendor, architecture } = device.info;
  const name = [vendor, architecture].filter((part) => part !== "").join(" ") || "a GPU that does not tell its name";
  byId("status").textContent = `Computed on ${name}${software ? ", in software" : ""}.`;
  document.documentElement.dataset.state = right ? "right" : "wrong";
}

/** Shows what `body` throws and says so in the page's `data-state`: "failed". */
async function reportProblems(body: () => Promise<void>): Promise<void> {
  try {
    await body();
  } catch (error) {
    showFailure(error);
  }
}

function showFailure(error: unknown): void {
  showProblem(error);
  document.documentElement.dataset.state = "failed";
}
