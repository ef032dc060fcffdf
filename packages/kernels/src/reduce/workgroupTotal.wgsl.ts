/**
 * WGSL statements that add the variable `value` over a workgroup of `threads`, in a fixed order and in two steps: `adders` threads add the others'
 * values, all threads theirs. Every thread has the sum afterwards. `array` is workgroup memory of `threads` elements that nothing else uses.
 */
export function workgroupTotal(array: string, value: string, threads: number, adders: number): string {
  return `${array}[lane] = ${value};
  workgroupBarrier();
  // An adder writes the only element that no other adder reads.
  if (lane < ${adders}u) {
    for (var i = lane + ${adders}u; i < ${threads}u; i += ${adders}u) { ${value} += ${array}[i]; }
    ${array}[lane] = ${value};
  }
  workgroupBarrier();
  ${value} = ${array}[0];
  for (var i = 1u; i < ${adders}u; i++) { ${value} += ${array}[i]; }`;
}
