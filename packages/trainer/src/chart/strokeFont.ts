import { type Glyph, glyphs } from "./glyphs.ts";

/** Where a text stands and how it looks. */
export interface TextStyle {
  readonly x: number;
  /** Of the baseline. */
  readonly y: number;
  /** Height of a line in pixels; capitals are 5/7 of it. */
  readonly size: number;
  readonly color: string;
  readonly anchor?: "start" | "middle" | "end";
  readonly bold?: boolean;
}

/**
 * Text as SVG paths in a font of single strokes, so that pictures are the same on every machine:
 * a renderer without system fonts would draw boxes. Characters outside the font come out as a box, too.
 */
export function strokeText(text: string, { x, y, size, color, anchor = "start", bold = false }: TextStyle): string {
  const scale = size / unitsPerLine;
  const left = x - textWidth(text, size) * { start: 0, middle: 0.5, end: 1 }[anchor];
  let at = 0;
  const paths: string[] = [];
  for (const character of text) {
    const [width, path] = glyphOf(character);
    if (path !== "") paths.push(`<path transform="translate(${round(at)})" d="${path}"/>`);
    at += width + spacing;
  }
  const pen = `fill="none" stroke="${color}" stroke-width="${bold ? 1.9 : 1.15}" stroke-linecap="round" stroke-linejoin="round"`;
  return `<g transform="translate(${round(left)} ${round(y)}) scale(${round(scale)})" ${pen}>${paths.join("")}</g>`;
}

/** Width of a text in pixels, without the space after its last letter. */
export function textWidth(text: string, size: number): number {
  const units = [...text].reduce((sum, character) => sum + glyphOf(character)[0] + spacing, 0);
  return (Math.max(0, units - spacing) * size) / unitsPerLine;
}

const unitsPerLine = 14;
const spacing = 2.6;
const missing: Glyph = [6, "M0 0L0-10L6-10L6 0Z"];

function glyphOf(character: string): Glyph {
  return glyphs[character] ?? missing;
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}
