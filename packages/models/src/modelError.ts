/** A model that does not exist, options that it cannot have, or a use that it is not made for. */
export class ModelError extends Error {
  override readonly name = "ModelError";
}
