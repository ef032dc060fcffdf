import type { Outline } from "./outline.ts";
import type { Scene } from "./scene.ts";
import type { Fill } from "./shape.ts";

/** The scene as an SVG document of the scene's size in pixels: paths, gradients and clip paths only, no text. */
export function drawScene({ size, shapes }: Scene): string {
  const definitions: string[] = [];
  const paint = (fill: Fill): string => {
    if (typeof fill === "string") return fill;
    const id = `d${definitions.length}`;
    const [[x1, y1], [x2, y2]] = [fill.from.map(decimal), fill.to.map(decimal)];
    const stops = fill.stops.map(([offset, color]) => `<stop offset="${decimal(offset)}" stop-color="${color}"/>`).join("");
    definitions.push(
      `<linearGradient id="${id}" gradientUnits="userSpaceOnUse" x1="${x1}" y1="${y1}" x2="${x2}" y2="${y2}">${stops}</linearGradient>`,
    );
    return `url(#${id})`;
  };
  const drawn = shapes.map(({ outline, fill, marks }) => {
    const shape = path(outline, paint(fill));
    if (marks.length === 0) return shape;
    const id = `d${definitions.length}`;
    definitions.push(`<clipPath id="${id}">${path(outline)}</clipPath>`);
    return `${shape}<g clip-path="url(#${id})">${marks.map((mark) => path(mark.outline, paint(mark.fill))).join("")}</g>`;
  });
  const { width, height } = size;
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">` +
    `<defs>${definitions.join("")}</defs>${drawn.join("\n")}</svg>`
  );
}

function path(outline: Outline, fill?: string): string {
  const data = outline.map(([x, y]) => `${decimal(x)} ${decimal(y)}`).join("L");
  return `<path d="M${data}Z"${fill === undefined ? "" : ` fill="${fill}"`}/>`;
}

function decimal(value: number): number {
  return Math.round(value * 100) / 100;
}
