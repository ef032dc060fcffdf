/**
 * WGSL `boxMuller(words: vec4u) -> vec4f`: four standard normal numbers of four random words (Box and Muller 1958). Logarithm, sine and cosine are
 * polynomials of our own: WGSL's may be wrong by 2⁻¹¹, and would make every adapter's numbers others.
 */
export const boxMuller: string = `
// ln(u) for u in (0, 1]: e·ln 2 + ln m with m in [√½, √2), and ln m = 2·artanh(s), s = (m − 1) / (m + 1), |s| < 0.172.
fn naturalLogarithm(u: vec2f) -> vec2f {
  let bits = bitcast<vec2u>(u);
  let shift = select(vec2u(0u), vec2u(1u), (bits & vec2u(0x7fffffu)) >= vec2u(0x3504f3u));
  let m = bitcast<vec2f>((bits & vec2u(0x7fffffu)) | ((vec2u(127u) - shift) << vec2u(23u)));
  let e = vec2f(vec2i((bits >> vec2u(23u)) + shift) - vec2i(127));
  let s = (m - 1.0) / (m + 1.0);
  let q = s * s;
  return e * 0.69314718 + 2.0 * s * (1.0 + q * (1.0 / 3.0 + q * (0.2 + q * (1.0 / 7.0 + q / 9.0))));
}

// Cosine and sine of a whole turn times u, u in [0, 1): the nearest quarter turn exactly, and Taylor's series for what is left, at most π / 4.
fn direction(u: f32) -> vec2f {
  let quarter = floor(4.0 * u + 0.5);
  let a = (4.0 * u - quarter) * 1.5707964;
  let q = a * a;
  let sine = a * (1.0 - q / 6.0 * (1.0 - q / 20.0 * (1.0 - q / 42.0 * (1.0 - q / 72.0))));
  let cosine = 1.0 - q / 2.0 * (1.0 - q / 12.0 * (1.0 - q / 30.0 * (1.0 - q / 56.0)));
  let turned = select(vec2f(cosine, sine), vec2f(-sine, cosine), (u32(quarter) & 1u) == 1u);
  return select(turned, -turned, (u32(quarter) & 2u) == 2u);
}

fn boxMuller(words: vec4u) -> vec4f {
  let numbers = vec4f(words >> vec4u(8u)) * 0x1p-24f;
  // 1 − u is never 0.
  let radius = sqrt(-2.0 * naturalLogarithm(1.0 - numbers.xz));
  return vec4f(radius.x * direction(numbers.y), radius.y * direction(numbers.w));
}
`;
