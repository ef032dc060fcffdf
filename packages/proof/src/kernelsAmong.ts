import type { Kernel } from "@kindling/kernels";

/** The kernels among a module's exports, those in tables (`activationKernels`) too, each with the name of its export. */
export function kernelsAmong(exports: object): readonly { readonly name: string; readonly kernel: Kernel }[] {
  return Object.entries<unknown>({ ...exports }).flatMap(([name, value]) => {
    const values = isKernel(value) ? [value] : isTable(value) ? Object.values(value).filter(isKernel) : [];
    return values.map((kernel) => ({ name, kernel }));
  });
}

function isKernel(value: unknown): value is Kernel {
  return isTable(value) && "variants" in value && "uniforms" in value;
}

function isTable(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}
