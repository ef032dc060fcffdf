import { BatchNorm2d } from "../layers/batchNorm2d.ts";
import { ConvTranspose2d } from "../layers/convTranspose2d.ts";
import { normal } from "../layers/initialiser.ts";
import { Sequential } from "../layers/sequential.ts";

/** Channels of the deconvolutions of a simple baseline. */
export const deconvolutionChannels = 256;

/**
 * `count` deconvolutions of 4×4 with stride 2 and 256 channels, each with batch norm and ReLU, which double the image each: [n,h,w,inChannels] →
 * [n,2^count·h,2^count·w,256] (Xiao, Wu, Wei 2018, "Simple Baselines for Human Pose Estimation", §2).
 */
export function deconvolutions(inChannels: number, count: number): Sequential {
  const options = { stride: 2, padding: 1, initialWeight: normal(0.001) };
  return new Sequential(
    Array.from({ length: count }, (_, i) => [
      new ConvTranspose2d(i === 0 ? inChannels : deconvolutionChannels, deconvolutionChannels, 4, options),
      new BatchNorm2d(deconvolutionChannels, "relu"),
      null,
    ]).flat(),
  );
}
