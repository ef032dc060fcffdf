/** A run or weights file that does not say which network it holds, or a network that cannot be used as asked. */
export class NetworkError extends Error {
  override readonly name = "NetworkError";
}
