/** Types of a uniform field: 4-byte scalars only. */
export type Scalar = "u32" | "i32" | "f32";

/** Uniform fields of a kernel in order. */
export type UniformSchema = Readonly<Record<string, Scalar>>;

/** One number per field of a schema. */
export type UniformValues<S extends UniformSchema> = { readonly [K in keyof S]: number };

/** The WGSL struct of a schema. Fields are 4-byte scalars only, so field i lies at byte 4·i. */
export function structOf(schema: UniformSchema): string {
  const fields = Object.entries(schema).map(([name, type]) => `  ${name}: ${type},`);
  return `struct Uniforms {\n${fields.join("\n")}\n}`;
}

/** Bytes that the binding of a schema needs; WebGPU wants multiples of 16. */
export function uniformBytes(schema: UniformSchema): number {
  return Math.max(16, Math.ceil(Object.keys(schema).length / 4) * 16);
}

/**
 * Writes `values` at byte `offset` of `view`, in the order of `schema`.
 * @throws RangeError when a field has no value or an integer field gets a fraction or a number out of its range.
 */
export function packUniforms<S extends UniformSchema>(schema: S, values: UniformValues<S>, view: DataView, offset: number): void {
  for (const [i, [name, type]] of Object.entries(schema).entries()) {
    const at = offset + 4 * i;
    const value = values[name];
    if (value === undefined || !fits(value, type)) throw new RangeError(`uniform ${name}: ${value} is not a ${type}`);
    if (type === "f32") view.setFloat32(at, value, true);
    else if (type === "i32") view.setInt32(at, value, true);
    else view.setUint32(at, value, true);
  }
}

function fits(value: number, type: Scalar): boolean {
  if (type === "f32") return !Number.isNaN(value);
  if (!Number.isInteger(value)) return false;
  return type === "u32" ? value >= 0 && value < 2 ** 32 : value >= -(2 ** 31) && value < 2 ** 31;
}
