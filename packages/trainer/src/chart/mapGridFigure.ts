import { heatColor } from "./heatColor.ts";
import { strokeText, textWidth } from "./strokeFont.ts";

/** A map [height, width] with a line under it. */
export interface FigureMap {
  readonly values: ArrayLike<number>;
  readonly label: string;
}

/** Maps of one size in rows and columns. */
export interface MapGridFigure {
  readonly title: string;
  readonly rows: readonly string[];
  readonly columns: readonly string[];
  readonly height: number;
  readonly width: number;
  /** [rows][columns] */
  readonly maps: readonly (readonly FigureMap[])[];
}

/** Each map, of values from 0, in colours from 0 to its own highest value, as SVG: one that is nearly flat is bright all over. */
export function mapGridFigure({ title, rows, columns, height, width, maps }: MapGridFigure): string {
  const side = Math.max(1, Math.floor(160 / Math.max(height, width)));
  const labelWidth = Math.max(...maps.flat().map(({ label }) => textWidth(label, small)));
  const step = { x: Math.max(width * side, labelWidth) + gap, y: height * side + small + 2 * gap };
  const left = 2 * margin + Math.max(...rows.map((row) => textWidth(row, small)));
  const size = {
    width: Math.ceil(Math.max(left + columns.length * step.x + margin, 2 * margin + textWidth(title, 20))),
    height: top + rows.length * step.y + margin,
  };
  const drawn = maps.flatMap((row, i) =>
    row.map((map, j) => {
      const [x, y] = [left + j * step.x, top + i * step.y];
      const below = strokeText(map.label, { x, y: y + height * side + small + 4, size: small, color: ink });
      return `<g transform="translate(${x} ${y})" shape-rendering="crispEdges">${cells(map.values, width, side)}</g>${below}`;
    }),
  );
  const rowNames = rows.map((row, i) =>
    strokeText(row, { x: left - gap, y: top + i * step.y + (height * side) / 2, size: small, color: ink, anchor: "end" }),
  );
  const columnNames = columns.map((column, j) => strokeText(column, { x: left + j * step.x, y: top - gap, size: small, color: ink }));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${size.width}" height="${size.height}" viewBox="0 0 ${size.width} ${size.height}">`,
    `<rect width="${size.width}" height="${size.height}" fill="#ffffff"/>`,
    strokeText(title, { x: margin, y: margin + 16, size: 20, color: ink, bold: true }),
    ...rowNames,
    ...columnNames,
    ...drawn,
    "</svg>",
  ].join("\n");
}

function cells(values: ArrayLike<number>, width: number, side: number): string {
  const all = Array.from(values);
  const highest = Math.max(...all);
  return all
    .map((value, at) => {
      const color = heatColor(highest > 0 ? value / highest : 0).join();
      return `<rect x="${(at % width) * side}" y="${Math.floor(at / width) * side}" width="${side}" height="${side}" fill="rgb(${color})"/>`;
    })
    .join("");
}

const ink = "#24292f";
const small = 14;
const gap = 12;
const margin = 24;
const top = 88;
