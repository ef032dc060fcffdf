import { checked, compared, type DomainCheck, field, number } from "@kindling/proof";
import { rampAt } from "@kindling/trainer";

/** Checks of the entries of `domain/*.json` that the trainer computes: how weights move over the epochs. */
export const domainChecks: Readonly<Record<string, DomainCheck>> = {
  "losses/ramp exp(-5(1-e/60)^2)": (_, entry) => {
    const epochs = Object.keys(Object(entry));
    return checked([
      compared(
        "weight",
        epochs.map((epoch) => rampAt(Number(epoch), 60)),
        epochs.map((epoch) => number(field(entry, epoch))),
      ),
    ]);
  },
};
