import { defineKernel, grid, type Kernel, threadIndex } from "../kernel.ts";
import { wgsl } from "../wgsl.ts";

/** Maps [size], `width` cells wide; `radius` in cells. */
export type MapAgreementProblem = { readonly size: number; readonly width: number; readonly radius: number };

const uniforms = { size: "u32", width: "u32", radius: "f32" } as const;

/** y = 1 where the places a and b of two maps (row · width + column) are at most `radius` apart, or where mask is 0 and b means nothing; else 0. */
export const mapAgreementKernel: Kernel<MapAgreementProblem, typeof uniforms> = defineKernel({
  name: "mapAgreement",
  reads: ["a", "b", "mask"],
  writes: ["y"],
  uniforms,
  uniformValues: (problem: MapAgreementProblem) => problem,
  variants: [
    {
      id: "direct",
      supports: () => true,
      source: () => wgsl`
fn cellOf(place: f32) -> vec2f { return vec2f(f32(u32(place) % u.width), f32(u32(place) / u.width)); }

${threadIndex(64)}
  if (index >= u.size) { return; }
  let apart = cellOf(a[index]) - cellOf(b[index]);
  // Squares: of whole numbers they are exact, a root is not.
  y[index] = select(0.0, 1.0, (mask[index] == 0.0) | (dot(apart, apart) <= u.radius * u.radius));
}`,
      workgroups: ({ size }) => grid(size, 64),
    },
  ],
  cost: ({ size }) => ({ flops: 6 * size, bytes: 16 * size }),
});
