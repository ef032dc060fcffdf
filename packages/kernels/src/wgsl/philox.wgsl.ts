/**
 * WGSL `philox(counter: vec4u, key: vec2u) -> vec4u`: Philox4x32-10, a bijective scramble of a counter under a key, from which any thread takes its
 * random numbers without asking another (Salmon, Moraes, Dror, Shaw 2011, "Parallel random numbers: as easy as 1, 2, 3").
 */
export const philox: string = `
// The upper 32 bits of a 64-bit product, from halves: WGSL has no wider integers.
fn multiplyHigh(x: u32, y: u32) -> u32 {
  let low = (x & 0xffffu) * (y & 0xffffu);
  let middle = (x >> 16u) * (y & 0xffffu) + (low >> 16u);
  let carry = (x & 0xffffu) * (y >> 16u) + (middle & 0xffffu);
  return (x >> 16u) * (y >> 16u) + (middle >> 16u) + (carry >> 16u);
}

fn philox(counter: vec4u, key: vec2u) -> vec4u {
  var c = counter;
  var k = key;
  for (var round = 0u; round < 10u; round++) {
    c = vec4u(
      multiplyHigh(c.z, 0xcd9e8d57u) ^ c.y ^ k.x, c.z * 0xcd9e8d57u,
      multiplyHigh(c.x, 0xd2511f53u) ^ c.w ^ k.y, c.x * 0xd2511f53u,
    );
    k += vec2u(0x9e3779b9u, 0xbb67ae85u);
  }
  return c;
}
`;
