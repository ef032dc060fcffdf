export * from "./stateDict/readWeights.ts";
export * from "./stateDict/report.ts";
export * from "./stateDict/safetensors.ts";
export * from "./stateDict/stateDict.ts";
export * from "./stateDict/weightsFileError.ts";
