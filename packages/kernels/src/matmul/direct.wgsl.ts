import { threadIndex } from "../kernel.ts";
import { wgsl } from "../wgsl.ts";

/** One thread per element of y: the definition of a product. */
export const direct = (): string => wgsl`
${threadIndex(64)}
  if (index >= u.batch * u.m * u.n) { return; }
  let column = index % u.n;
  let row = index / u.n % u.m;
  let image = index / (u.n * u.m);
  let aAt = image * u.m * u.k + row * u.aRow;
  let bAt = image * u.k * u.n + column * u.bColumn;

  var sum = 0.0;
  for (var i = 0u; i < u.k; i++) {
    sum += f32(a[aAt + i * u.aColumn]) * f32(b[bAt + i * u.bRow]);
  }
  y[index] = YElement(sum);
}`;
