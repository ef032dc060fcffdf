import { type Device, type OpenDeviceOptions, openDevice } from "@kindling/gpu";
import { shippedChoices, type TunedChoice, TunedChoicesError, variantChoices } from "@kindling/kernels";
import { InputError, sentence } from "../exit.ts";
import { readChoicesFile, userChoicesFile } from "./choicesFile.ts";

/** What was measured on an adapter, and by whom. */
export interface KnownChoices {
  /** By `kindling tune` on this machine. */
  readonly user: readonly TunedChoice[];
  readonly file: string;
  /** Came with this version. */
  readonly shipped: readonly TunedChoice[];
  /** Why the user's file is not used; null where it is, or where there is none. */
  readonly problem: string | null;
}

/**
 * Opens the device that commands compute on. What `kindling tune` measured on it is in force, and before that what was shipped; with
 * KINDLING_CHOICES=none neither is. A damaged file is said once in a process, by `note`, and not used.
 * @throws NoAdapterError as openDevice; InputError for another value of KINDLING_CHOICES.
 */
export async function openTunedDevice(note: (text: string) => void, options: OpenDeviceOptions = {}): Promise<Device> {
  if (ignoresChoices()) return openDevice(options);
  return openDevice({
    ...options,
    async choices(fingerprint) {
      const { user, shipped, problem } = await knownChoices(fingerprint);
      if (problem !== null && !said.has(problem)) {
        said.add(problem);
        note(`${problem}; it is not used: delete it, and \`kindling tune\` writes another`);
      }
      return variantChoices([...shipped, ...user]);
    },
  });
}

/** Everything that is known about an adapter. */
export async function knownChoices(fingerprint: string): Promise<KnownChoices> {
  const file = userChoicesFile(fingerprint);
  const shipped = shippedChoices(fingerprint);
  try {
    return { user: await readChoicesFile(file, fingerprint), file, shipped, problem: null };
  } catch (error) {
    if (!(error instanceof TunedChoicesError)) throw error;
    return { user: [], file, shipped, problem: sentence(error) };
  }
}

/** Whether KINDLING_CHOICES asks for the rule of thumb alone. @throws InputError for a value that means nothing. */
export function ignoresChoices(): boolean {
  const wish = process.env.KINDLING_CHOICES ?? "";
  if (wish !== "" && wish !== "none") {
    throw new InputError(`KINDLING_CHOICES is "${wish}"; it can be none (kernels by their rules of thumb), or unset (tuned choices)`);
  }
  return wish === "none";
}

const said = new Set<string>();
