/** A square convolution of one image, padded so that stride 1 keeps its size. */
export interface ConvolutionShape {
  readonly name: string;
  readonly height: number;
  readonly width: number;
  readonly inChannels: number;
  readonly outChannels: number;
  readonly kernel: 1 | 3 | 5;
  readonly stride: 1 | 2;
  /** Each channel has a kernel of its own. */
  readonly depthwise: boolean;
}

/** Convolutions that the student, HRNet, and RTMPose and OpenPose by channels, spend their time in, at an input of 384×288 unless said otherwise. */
export const convolutionShapes: readonly ConvolutionShape[] = [
  shape("hrnet stem", 96, 72, 64, 64, 3),
  shape("squeezenet fire9 squeeze", 23, 17, 512, 64, 1),
  shape("squeezenet fire2 expand3x3", 95, 71, 16, 64, 3),
  shape("squeezenet fire4 expand3x3", 47, 35, 32, 128, 3),
  shape("squeezenet fire9 expand3x3", 23, 17, 64, 256, 3),
  shape("squeezenet fire9 expand1x1", 23, 17, 64, 256, 1),
  shape("hrnet-w48 branch 1", 96, 72, 48, 48, 3),
  shape("hrnet-w48 branch 2", 48, 36, 96, 96, 3),
  shape("hrnet-w48 branch 3", 24, 18, 192, 192, 3),
  shape("hrnet-w48 branch 4", 12, 9, 384, 384, 3),
  shape("hrnet-w48 fuse down", 48, 36, 96, 192, 3, 2),
  depthwise("rtmpose-m stage 1", 96, 72, 48, 5),
  depthwise("rtmpose-m stage 3", 24, 18, 192, 5),
  depthwise("openpose trunk", 46, 46, 512, 3),
  depthwise("openpose halve", 184, 184, 64, 3, 2),
];

function shape(
  name: string,
  height: number,
  width: number,
  inChannels: number,
  outChannels: number,
  kernel: 1 | 3,
  stride: 1 | 2 = 1,
): ConvolutionShape {
  return { name, height, width, inChannels, outChannels, kernel, stride, depthwise: false };
}

function depthwise(name: string, height: number, width: number, channels: number, kernel: 3 | 5, stride: 1 | 2 = 1): ConvolutionShape {
  return { name, height, width, inChannels: channels, outChannels: channels, kernel, stride, depthwise: true };
}
