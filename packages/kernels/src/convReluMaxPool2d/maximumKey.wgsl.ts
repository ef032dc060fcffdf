/**
 * WGSL that finds maxima of what a ReLU puts out by its bits, as unsigned numbers: those of values from zero on are in the order of the values,
 * with NaN above all. `keyOf` does the ReLU; where `inside` is false it gives the smallest key, which is never above another. `isBetter` prefers
 * the first of equal keys and the last NaN, as PyTorch; where it is true a later key replaces an earlier one. `type` is vec4 or a scalar.
 */
export const maximumKey = (type: "scalar" | "vec4"): string => {
  const of = (scalar: "f32" | "u32" | "bool") => (type === "vec4" ? `vec4<${scalar}>` : scalar);
  return `
fn keyOf(sum: vec4f, inside: vec4<bool>) -> vec4u {
  return select(vec4u(0u), bitcast<vec4u>(sum) & vec4u(0x7fffffffu), inside & !(sum < vec4f(0.0)));
}

fn isBetter(key: ${of("u32")}, best: ${of("u32")}) -> ${of("bool")} {
  return key > min(best, ${of("u32")}(0x7f800000u));
}`;
};
