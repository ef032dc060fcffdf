import type { FamilyOption } from "./createModel.ts";

/** A model that does not exist, options that it cannot have, or a use that it is not made for. */
export class ModelError extends Error {
  override readonly name = "ModelError";
  /** What is wrong. */
  readonly option: "model" | "joints" | FamilyOption;

  constructor(message: string, option: ModelError["option"] = "model") {
    super(message);
    this.option = option;
  }
}
