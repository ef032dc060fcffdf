import type { ModelFamily } from "../modelFamily.ts";
import { SimpleBaseline } from "./simpleBaseline.ts";

/** Features at a 32nd of the image and three deconvolutions. */
export const simpleBaselineFamily: ModelFamily = {
  names: ["simplebaseline-mobilenetv2"],
  joints: 17,
  options: [],
  create: (name, { joints }) => (name === "simplebaseline-mobilenetv2" ? new SimpleBaseline({ joints }) : null),
};
