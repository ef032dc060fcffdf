import type { ModelCard } from "./modelCard.ts";
import type { Module } from "./module.ts";

/** A network from a normalised image [n,h,w,4] to heatmaps [n,…card.heatmapSize([h,w]),joints]. */
export type PoseModel = Module & { readonly card: ModelCard };
