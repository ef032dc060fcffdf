import swiftshader from "../../tuned/google-swiftshader-swiftshader-device-subzero-swiftshader-driver-5.0.0-dawn-0.6.2.json" with {
  type: "json",
};
import lavapipe from "../../tuned/mesa-software-llvmpipe-llvm-15-0-6-256-bits-llvmpipe-mesa-25.0.7-2-bpo12-1-llvm-15.0.6-0.0.1-dawn-0.6.2.json" with {
  type: "json",
};
import { checkedChoices, type TunedChoice } from "./tunedChoices.ts";

/** Every file of `kernels/tuned`, which `kindling tune … ship` writes; that of a new adapter is named here, so that bundles hold it. */
const files: readonly { readonly adapter: string }[] = [swiftshader, lavapipe];

/** What came with this version for the adapter of a fingerprint: choices that beat the rule of thumb when they were measured. */
export function shippedChoices(fingerprint: string): readonly TunedChoice[] {
  const file = files.find(({ adapter }) => adapter === fingerprint);
  return file ? checkedChoices(file, fingerprint, `tuned/${fingerprint}.json`).choices : [];
}
