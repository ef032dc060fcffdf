import { NoAdapterError } from "@kindling/gpu";
import { byId, element } from "./element.ts";

/** Shows, in place of results, why there are none and what to do. */
export function showProblem(error: unknown): void {
  const missing = error instanceof NoAdapterError;
  const text = error instanceof Error ? error.message : String(error);
  const again = element("button", { type: "button" }, "Try again");
  again.addEventListener("click", () => location.reload());
  for (const section of document.querySelectorAll<HTMLElement>("main > section")) section.hidden = true;
  const problem = byId("problem");
  problem.hidden = false;
  problem.replaceChildren(
    element("h2", {}, missing ? "No WebGPU here" : "The GPU failed"),
    element("p", { class: "reason" }, `${text.charAt(0).toUpperCase()}${text.slice(1)}${missing ? "." : ""}`),
    ...(missing
      ? adviceOf()
      : [
          element(
            "p",
            {},
            `${error instanceof Error ? error.name : "Error"}: reload the page; if it fails again, update the browser and the graphics driver.`,
          ),
        ]),
    element("p", {}, again),
  );
  byId("status").textContent = "";
}

function adviceOf(): readonly HTMLElement[] {
  return [
    element("h3", {}, "What to do"),
    element(
      "ul",
      {},
      element("li", {}, "Windows, macOS, Android: a current Chrome or Edge; macOS and iOS 26: Safari as well; Windows: Firefox as well."),
      element(
        "li",
        {},
        "Linux with a GPU: start Chrome or Chromium as ",
        command("google-chrome --enable-unsafe-webgpu --enable-features=Vulkan --use-angle=vulkan --disable-vulkan-surface"),
      ),
      element(
        "li",
        {},
        "Linux without a GPU: compute on the processor, slowly, with ",
        command(
          "google-chrome --enable-unsafe-webgpu --enable-features=Vulkan --use-vulkan=swiftshader --use-angle=swiftshader --use-webgpu-adapter=swiftshader",
        ),
      ),
      element("li", {}, "Close Chrome first: a running one ignores new flags."),
      element("li", {}, "Pages of other machines: open them over https; WebGPU works in secure pages only."),
    ),
  ];
}

function command(text: string): HTMLElement {
  // A flag is not broken at its hyphens.
  return element("code", { class: "command" }, ...text.split(" ").flatMap((word) => [element("span", {}, word), " "]));
}
