/** How long the event loop rests a turn. */
const restMilliseconds = 1;
const never = new Int32Array(new SharedArrayBuffer(4));

/**
 * Slows the event loop to about a turn a millisecond for as long as `waiting` says so.
 *
 * Dawn in Node asks for finished work in every turn of the event loop. With a GPU that costs a core that has nothing else to do; a software
 * adapter computes on the same cores, and the questions take half of a two-core machine from it.
 */
export function slowPolling(waiting: () => boolean): void {
  setImmediate(function turn(): void {
    if (!waiting()) return;
    Atomics.wait(never, 0, 0, restMilliseconds);
    setImmediate(turn);
  });
}
