"""The networks that Kindling is compared with, in PyTorch as its users write them. Names of the student's weights are Kindling's."""

import torch
from torch import nn
from torch.nn import functional as F

JOINTS = 17
# SqueezeNet 1.1: squeeze, expand1x1 and expand3x3 of each fire module.
FIRES = [(16, 64, 64)] * 2 + [(32, 128, 128)] * 2 + [(48, 192, 192)] * 2 + [(64, 256, 256)] * 2


class Fire(nn.Module):
    """Fire module (Iandola et al. 2016, section 3.2)."""

    def __init__(self, inputs, squeeze, expand1x1, expand3x3):
        super().__init__()
        self.squeeze = nn.Conv2d(inputs, squeeze, 1)
        self.expand1x1 = nn.Conv2d(squeeze, expand1x1, 1)
        self.expand3x3 = nn.Conv2d(squeeze, expand3x3, 3, padding=1)

    def forward(self, x):
        s = F.relu(self.squeeze(x), inplace=True)
        return torch.cat([F.relu(self.expand1x1(s), inplace=True), F.relu(self.expand3x3(s), inplace=True)], 1)


def pool():
    return nn.MaxPool2d(3, 2, ceil_mode=True)


class Student(nn.Module):
    """SqueezeNet 1.1's features, up-sampled to a quarter of the image, and a 3x3 convolution: 800,849 parameters at full width."""

    def __init__(self, stem=64, fires=FIRES, joints=JOINTS):
        super().__init__()
        inputs = [stem, *(expand1x1 + expand3x3 for _, expand1x1, expand3x3 in fires)]
        modules = [Fire(channels, *fire) for channels, fire in zip(inputs, fires)]
        first = [nn.Conv2d(3, stem, 3, stride=2), nn.ReLU(inplace=True), pool()]
        self.backbone = nn.Sequential(*first, *modules[:2], pool(), *modules[2:4], pool(), *modules[4:])
        self.conv_heatmap = nn.Conv2d(inputs[-1], joints, 3, padding=1)

    def forward(self, x):
        size = [side // 4 for side in x.shape[2:]]
        return self.conv_heatmap(F.interpolate(self.backbone(x), size=size, mode="bilinear", align_corners=False))


def conv_norm(inputs, outputs, kernel, stride=1, relu=True):
    layers = [nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, bias=False), nn.BatchNorm2d(outputs)]
    return nn.Sequential(*layers, *([nn.ReLU(True)] if relu else []))


class Residual(nn.Module):
    """The basic block of two 3x3 convolutions, or a bottleneck that widens to four times `channels`."""

    def __init__(self, inputs, channels, bottleneck):
        super().__init__()
        outputs = 4 * channels if bottleneck else channels
        if bottleneck:
            parts = [conv_norm(inputs, channels, 1), conv_norm(channels, channels, 3), conv_norm(channels, outputs, 1, relu=False)]
        else:
            parts = [conv_norm(inputs, channels, 3), conv_norm(channels, channels, 3, relu=False)]
        self.body = nn.Sequential(*parts)
        self.downsample = nn.Identity() if inputs == outputs else conv_norm(inputs, outputs, 1, relu=False)

    def forward(self, x):
        return F.relu(self.body(x) + self.downsample(x))


class Exchange(nn.Module):
    """One module of a stage: four basic blocks a branch, then every branch hears of every other (Sun et al. 2019, section 3)."""

    def __init__(self, channels, outputs):
        super().__init__()
        self.branches = nn.ModuleList(nn.Sequential(*(Residual(c, c, False) for _ in range(4))) for c in channels)
        self.fuse = nn.ModuleList(
            nn.ModuleList(self.path(channels, source, target) for source in range(len(channels))) for target in range(outputs)
        )

    @staticmethod
    def path(channels, source, target):
        if source == target:
            return nn.Identity()
        if source > target:
            up = nn.Upsample(scale_factor=2 ** (source - target), mode="nearest")
            return nn.Sequential(conv_norm(channels[source], channels[target], 1, relu=False), up)
        between = [conv_norm(channels[source], channels[source], 3, 2) for _ in range(target - source - 1)]
        return nn.Sequential(*between, conv_norm(channels[source], channels[target], 3, 2, relu=False))

    def forward(self, xs):
        xs = [branch(x) for branch, x in zip(self.branches, xs)]
        return [F.relu(sum(path(x) for path, x in zip(paths, xs))) for paths in self.fuse]


class HRNet(nn.Module):
    """HRNet for poses (Sun et al. 2019); W48 has 63,595,745 parameters with 17 joints."""

    def __init__(self, width):
        super().__init__()
        channels = [width << i for i in range(4)]
        layer1 = [Residual(inputs, 64, True) for inputs in (64, 256, 256, 256)]
        self.stem = nn.Sequential(conv_norm(3, 64, 3, 2), conv_norm(64, 64, 3, 2), *layer1)
        self.enter = nn.ModuleList([conv_norm(256, channels[0], 3), *(conv_norm(c, 2 * c, 3, 2) for c in (128, *channels[1:3]))])
        # The published network halves 256 channels into the second branch; the later ones come from the branch before.
        self.enter[1] = conv_norm(256, channels[1], 3, 2)
        stages = [(2, 1, 2), (3, 4, 3), (4, 3, 1)]
        self.stages = nn.ModuleList(
            nn.Sequential(*(Exchange(channels[:count], last if i == modules - 1 else count) for i in range(modules)))
            for count, modules, last in stages
        )
        self.final = nn.Conv2d(width, JOINTS, 1)

    def forward(self, x):
        x = self.stem(x)
        xs = [self.enter[0](x), self.enter[1](x)]
        for i, stage in enumerate(self.stages):
            xs = stage(xs)
            if i < 2:
                xs = [*xs, self.enter[i + 2](xs[-1])]
        return self.final(xs[0])
