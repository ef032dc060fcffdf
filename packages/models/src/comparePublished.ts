import { sizeOf } from "@kindling/gpu";
import { createModel } from "./createModel.ts";
import { fileShape } from "./fileLayout.ts";
import { modelCosts } from "./modelCosts.ts";
import { nameModule, variablesOf } from "./module.ts";
import type { PoseModel } from "./poseModel.ts";
import type { PublishedFigure } from "./publishedFigures.ts";

/** A published figure beside what is counted here. */
export interface ComparedFigure {
  readonly figure: PublishedFigure;
  readonly ours: number;
  /** Ours, written as the published one is. */
  readonly shown: string;
  /** Whether ours, rounded as the published one is, reads the same. */
  readonly equal: boolean;
}

/** Counts on the network what a figure is of. */
export function comparePublished(figure: PublishedFigure): ComparedFigure {
  const { model: name, options, input, quantity, published } = figure;
  const model = createModel(name, { ...options, ...(input === undefined ? {} : { input }) });
  nameModule(model, "");
  const ours = quantity === "MACs" ? macsOf(model, figure) : numbersOf(model, figure);
  const shown = roundedAs(published, ours);
  return { figure, ours, shown, equal: shown === published };
}

/** A number rounded and written as another one is: 7,645,003,776 as "7.1 · 2^30" is. @throws Error for a text that is no number of that kind. */
export function roundedAs(text: string, value: number): string {
  const [, whole, decimals = "", unit = ""] = /^([\d,]+)(?:\.(\d+))?( (?:K|M|G|· 2\^30))?$/.exec(text) ?? [];
  if (whole === undefined) throw new Error(`"${text}" is no published number: 1,234, 1.2 M or 1.2 · 2^30, for example`);
  const digits = decimals.length;
  return `${(value / units[unit]!).toLocaleString("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits })}${unit}`;
}

const units: Readonly<Record<string, number>> = { "": 1, " K": 1e3, " M": 1e6, " G": 1e9, " · 2^30": 2 ** 30 };

function macsOf(model: PoseModel, { input, part }: PublishedFigure): number {
  const { layers } = modelCosts(model, input ?? model.card.inputSize, 1);
  return layers.reduce((sum, { name, macs }) => sum + (!part || part.of.test(name) ? macs : 0), 0);
}

function numbersOf(model: PoseModel, { quantity, part }: PublishedFigure): number {
  const role = quantity === "parameters" ? "parameter" : "state";
  const counted = [...variablesOf(model)].filter(([name, variable]) => variable.role === role && (!part || part.of.test(name)));
  return counted.reduce((sum, [, variable]) => sum + sizeOf(fileShape(variable)), 0);
}
