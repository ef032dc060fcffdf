import { variantChoices } from "@kindling/kernels";
import { ignoresChoices, knownChoices } from "./tunedDevice.ts";

/** What `kindling doctor` says of the choices for an adapter. */
export async function describeChoices(
  fingerprint: string,
): Promise<{ readonly json: Readonly<Record<string, unknown>>; readonly text: string }> {
  const { user, file, shipped, problem } = await knownChoices(fingerprint);
  const inForce = ignoresChoices() ? 0 : variantChoices([...shipped, ...user]).size;
  const counts = `${user.length} measured on this machine (${file}), ${shipped.length} shipped`;
  const none =
    user.length + shipped.length === 0 ? "none; `kindling tune` measures which variants of kernels are the fastest here" : counts;
  const ignored = ignoresChoices() ? `${none}; not in force, because KINDLING_CHOICES=none` : none;
  return {
    json: { inForce, measured: user.length, shipped: shipped.length, file, ...(problem === null ? {} : { problem }) },
    text: problem === null ? ignored : `${problem}; it is not used; ${shipped.length} shipped`,
  };
}
