import { heatColor } from "./heatColor.ts";
import { strokeText, textWidth } from "./strokeFont.ts";

/** Values between 0 and 1 with a name for each row and column. */
export interface MatrixFigure {
  readonly title: string;
  /** What rows and columns are. */
  readonly rowsLabel: string;
  readonly columnsLabel: string;
  readonly rows: readonly string[];
  readonly columns: readonly string[];
  /** [rows][columns]; NaN is left grey. */
  readonly values: readonly (readonly number[])[];
}

/** The matrix as coloured cells with their values, the last row at the top, as SVG: depth grows upwards and to the right. */
export function matrixFigure({ title, rowsLabel, columnsLabel, rows, columns, values }: MatrixFigure): string {
  const left = margin + 10 + Math.max(textWidth(rowsLabel, small), ...rows.map((row) => textWidth(row, small)));
  const below = Math.max(...columns.map((column) => textWidth(column, small)));
  const width = Math.max(left + columns.length * cell + margin, margin + textWidth(title, 20) + margin);
  const bottom = top + rows.length * cell;
  const height = bottom + below + small + 2 * margin;
  const cells = values.flatMap((row, i) =>
    row.map((value, j) => {
      const [x, y] = [left + j * cell, bottom - (i + 1) * cell];
      const known = Number.isFinite(value);
      const fill = known ? `rgb(${heatColor(value).join()})` : "#d0d7de";
      const text = strokeText(known ? value.toFixed(2) : "-", {
        x: x + cell / 2,
        y: y + cell / 2 + 5,
        size: small,
        color: known && value < 0.6 ? "#ffffff" : ink,
        anchor: "middle",
      });
      return `<rect x="${x}" y="${y}" width="${cell - 1}" height="${cell - 1}" fill="${fill}"/>${text}`;
    }),
  );
  const rowNames = rows.map((row, i) =>
    strokeText(row, { x: left - 8, y: bottom - (i + 0.5) * cell + 5, size: small, color: ink, anchor: "end" }),
  );
  const columnNames = columns.map((column, j) => {
    const [x, y] = [left + (j + 0.5) * cell + 5, bottom + 8];
    return `<g transform="translate(${x} ${y}) rotate(-90)">${strokeText(column, { x: 0, y: 0, size: small, color: ink, anchor: "end" })}</g>`;
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">`,
    `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
    strokeText(title, { x: margin, y: margin + 16, size: 20, color: ink, bold: true }),
    strokeText(rowsLabel, { x: left - 8, y: top - 10, size: small, color: ink, anchor: "end", bold: true }),
    strokeText(columnsLabel, { x: left, y: height - margin, size: small, color: ink, bold: true }),
    ...cells,
    ...rowNames,
    ...columnNames,
    "</svg>",
  ].join("\n");
}

const ink = "#24292f";
const margin = 24;
const top = 84;
const cell = 48;
const small = 14;
