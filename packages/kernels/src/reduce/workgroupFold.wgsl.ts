/**
 * WGSL statements that join the variable `value` of all threads of a workgroup, by default to their sum, in a fixed order and in two steps: √threads
 * threads join the others' values, all threads theirs. Every thread has the result afterwards. `array` is workgroup memory of `threads` elements
 * that nothing else uses; `join` makes an expression of two values.
 */
export function workgroupFold(
  array: string,
  value: string,
  threads: number,
  join: (a: string, b: string) => string = (a, b) => `${a} + ${b}`,
): string {
  const joiners = Math.sqrt(threads);
  return `${array}[lane] = ${value};
  workgroupBarrier();
  // A joiner writes the only element that no other joiner reads.
  if (lane < ${joiners}u) {
    for (var i = lane + ${joiners}u; i < ${threads}u; i += ${joiners}u) { ${value} = ${join(value, `${array}[i]`)}; }
    ${array}[lane] = ${value};
  }
  workgroupBarrier();
  ${value} = ${array}[0];
  for (var i = 1u; i < ${joiners}u; i++) { ${value} = ${join(value, `${array}[i]`)}; }`;
}
