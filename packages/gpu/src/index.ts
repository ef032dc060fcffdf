export * from "./aval.ts";
export * from "./commands.ts";
export * from "./device.ts";
export * from "./errors.ts";
export * from "./layouts.ts";
export * from "./pipelines.ts";
export * from "./planBuffers.ts";
export * from "./uniforms.ts";
