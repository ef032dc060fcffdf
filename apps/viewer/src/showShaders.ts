import { byId, element } from "./element.ts";

/** Lists shaders, each folded away, with the line numbers that a compiler's message would name. */
export function showShaders(kernel: string, shaders: readonly { readonly id: string; readonly source: string }[]): void {
  byId("sources").replaceChildren(
    ...shaders.map(({ id, source }) => {
      const name = `${kernel}/${id}`;
      const lines = source.split("\n");
      return element(
        "details",
        {},
        element("summary", {}, element("code", {}, name), ` ${lines.length} lines`),
        element(
          "section",
          { class: "shader", tabindex: "0", "aria-label": `WGSL source of ${name}` },
          element("pre", {}, ...lines.map((line) => element("span", {}, `${line}\n`))),
        ),
      );
    }),
  );
}
