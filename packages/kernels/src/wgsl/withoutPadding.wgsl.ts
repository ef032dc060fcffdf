/**
 * WGSL statements that mend `value`, the vec4f of the sums of `row` and the columns from `column` on, where zeros stood for what lies in the padding:
 * an infinite factor makes NaN of them. So a sum that is NaN is computed once more by `termByTerm`, WGSL for that of column `column + c` over the
 * terms that there are. Bits are compared, because compilers may take it that no value is NaN.
 */
export function withoutPadding(columnEnd: string, termByTerm: string): string {
  return `        let bits = bitcast<vec4u>(value) & vec4u(0x7fffffffu);
        for (var c = 0u; c < min(4u, ${columnEnd} - column); c++) {
          if (bits[c] > 0x7f800000u) { value[c] = ${termByTerm}; }
        }`;
}

/** WGSL of one number of a binding, which may be seen as vec4. */
export function numberAt(binding: string, vectors: boolean, at: string): string {
  return vectors ? `f32(${binding}[(${at}) / 4u][(${at}) % 4u])` : `f32(${binding}[${at}])`;
}
