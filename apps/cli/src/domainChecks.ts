import { checked, compared, type DomainCheck, field, number, numbers } from "@kindling/proof";
import { biasedHsic, eigenProjection, gramMatrix, type Hsic, MinibatchCka, rampAt, unbiasedHsic } from "@kindling/trainer";

/** Checks of the entries of `domain/*.json` that the trainer computes: how weights move over the epochs, CKA and EigenCAM. */
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
  "losses/CKA unbiased (hsic1) X 6x10 sin(.7i+.2), Y 6x7 sin(.5i+.1)": (_, entry) => {
    const [k, l] = [gramMatrix(ckaX, ckaSamples), gramMatrix(ckaY, ckaSamples)];
    const expected = (key: string): readonly number[] => [number(field(entry, key))];
    return checked([
      compared("hsic_xy", [unbiasedHsic(k, l, ckaSamples)], expected("hsic_xy")),
      compared("hsic_xx", [unbiasedHsic(k, k, ckaSamples)], expected("hsic_xx")),
      compared("hsic_yy", [unbiasedHsic(l, l, ckaSamples)], expected("hsic_yy")),
      compared("cka", [ckaOf(unbiasedHsic)], expected("cka")),
    ]);
  },
  "losses/CKA biased linear same X,Y": (_, entry) => checked([compared("cka", [ckaOf(biasedHsic)], [number(field(entry, "cka"))])]),
  // The singular values belong to the projection: its norm is the first.
  "losses/EigenCAM act (4,5,3)=0.2+sin(.9i+.3), sign-corrected projection": (_, entry) => {
    const [channels, height, width] = [4, 5, 3];
    const pixels = height * width;
    const activation = Float64Array.from({ length: pixels * channels }, (_, at) => {
      const i = (at % channels) * pixels + Math.floor(at / channels); // the file's place of our [h,w,c]
      return 0.2 + Math.sin(0.9 * i + 0.3);
    });
    const projection = eigenProjection(activation, [height, width, channels]);
    const norm = Math.sqrt(projection.reduce((sum, value) => sum + value * value, 0));
    return checked([
      compared("projection", projection, numbers(field(entry, "projection"))),
      compared("singular value", [norm], [numbers(field(entry, "singular_values"))[0]!]),
    ]);
  },
};

/** The features of the file's CKA, six samples each. */
const ckaSamples = 6;
const ckaX = Float64Array.from({ length: 60 }, (_, i) => Math.sin(0.7 * i + 0.2));
const ckaY = Float64Array.from({ length: 42 }, (_, i) => Math.sin(0.5 * i + 0.1));

function ckaOf(hsic: Hsic): number {
  const cka = new MinibatchCka(1, 1, hsic);
  cka.add([ckaX], [ckaY], ckaSamples);
  return cka.matrix()[0]![0]!;
}
