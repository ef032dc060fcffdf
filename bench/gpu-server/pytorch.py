"""The same steps and forward passes as `kindling bench step`, by PyTorch on CUDA: what Kindling is compared with on a GPU server.

Prints a line of JSON for each. Exit status 77: this machine has no PyTorch, or PyTorch sees no GPU. A step uploads the batch's bytes and targets,
runs AdamW with mean squared errors and reads the loss; a forward pass reads the heatmaps. Networks are in eager mode, in channels_last, with
cuDNN's own search for the fastest kernels (cudnn.benchmark).
"""

import argparse
import json
import statistics
import sys
import time

try:
    import torch
except ImportError:
    sys.exit(print("python3 has no torch here", file=sys.stderr) or 77)
from torch import nn
from torch.nn import functional as F

JOINTS = 17


class Fire(nn.Module):
    """Fire module (Iandola et al. 2016, section 3.2)."""

    def __init__(self, inputs, squeeze, expand):
        super().__init__()
        self.squeeze = nn.Conv2d(inputs, squeeze, 1)
        self.expand1x1 = nn.Conv2d(squeeze, expand, 1)
        self.expand3x3 = nn.Conv2d(squeeze, expand, 3, padding=1)

    def forward(self, x):
        s = F.relu(self.squeeze(x))
        return torch.cat([F.relu(self.expand1x1(s)), F.relu(self.expand3x3(s))], 1)


def pool():
    return nn.MaxPool2d(3, 2, ceil_mode=True)


class Student(nn.Module):
    """SqueezeNet 1.1's features, up-sampled to a quarter of the image, and a 3x3 convolution: 800,849 parameters."""

    def __init__(self):
        super().__init__()
        stem = [nn.Conv2d(3, 64, 3, 2), nn.ReLU(True), pool()]
        first = [Fire(64, 16, 64), Fire(128, 16, 64), pool(), Fire(128, 32, 128), Fire(256, 32, 128), pool()]
        last = [Fire(256, 48, 192), Fire(384, 48, 192), Fire(384, 64, 256), Fire(512, 64, 256)]
        self.backbone = nn.Sequential(*stem, *first, *last)
        self.conv_heatmap = nn.Conv2d(512, JOINTS, 3, padding=1)

    def forward(self, x):
        size = [side // 4 for side in x.shape[2:]]
        return self.conv_heatmap(F.interpolate(self.backbone(x), size, mode="bilinear", align_corners=False))


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


class Case:
    """What is timed: one precision of one step or forward pass. Calls return when the numbers are in memory."""

    def __init__(self, arguments, device, precision, student, teacher):
        self.device, self.half, self.student, self.teacher = device, precision == "f16", student, teacher
        generator = torch.Generator().manual_seed(1)
        shape = (arguments.batch, arguments.height, arguments.width)
        image = torch.randint(0, 256, (*shape, 4), dtype=torch.uint8, generator=generator)
        target = torch.rand(arguments.batch, JOINTS, shape[1] // 4, shape[2] // 4, generator=generator)
        self.image, self.target = (self.pinned(tensor) for tensor in (image, target))
        if student:
            self.optimizer = torch.optim.AdamW(student.parameters(), lr=1e-4, weight_decay=0, fused=device.type == "cuda")
            self.scaler = torch.amp.GradScaler(device.type, enabled=self.half)

    def pinned(self, tensor):
        return tensor.pin_memory() if self.device.type == "cuda" else tensor

    def upload(self):
        pixels = self.image.to(self.device, non_blocking=True)[..., :3].permute(0, 3, 1, 2)
        return pixels.to(torch.float16 if self.half else torch.float32).div_(255)

    def step(self):
        x, target = self.upload(), self.target.to(self.device, non_blocking=True)
        self.optimizer.zero_grad(set_to_none=True)
        with torch.autocast(self.device.type, torch.float16, enabled=self.half):
            heatmaps = self.student(x)
            loss = F.mse_loss(heatmaps.float(), target)
            if self.teacher:
                with torch.no_grad():
                    aim = self.teacher(x)
                loss = loss + F.mse_loss(heatmaps.float(), aim.float())
        self.scaler.scale(loss).backward()
        self.scaler.step(self.optimizer)
        self.scaler.update()
        return loss.item()

    @torch.no_grad()
    def forward(self):
        with torch.autocast(self.device.type, torch.float16, enabled=self.half):
            return (self.student or self.teacher)(self.upload()).float().cpu()


def measure(run, rounds, seconds):
    for _ in range(3):
        run()
    samples = []
    end = time.perf_counter() + seconds
    while len(samples) < rounds and (not samples or time.perf_counter() < end):
        begin = time.perf_counter()
        run()
        samples.append(1000 * (time.perf_counter() - begin))
    return samples


def counted(network, parameters):
    found = sum(p.numel() for p in network.parameters())
    if found != parameters:
        raise SystemExit(f"{type(network).__name__} has {found} parameters, and should have {parameters}")
    return network


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    for name, default in (("batch", 128), ("height", 384), ("width", 288), ("rounds", 20), ("seconds", 5)):
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--device", default="cuda")
    arguments = parser.parse_args()
    device = torch.device(arguments.device)
    if device.type == "cuda" and not torch.cuda.is_available():
        sys.exit(print("torch sees no GPU here", file=sys.stderr) or 77)
    torch.manual_seed(1)
    torch.backends.cudnn.benchmark = True
    student = counted(Student(), 800_849).to(device, memory_format=torch.channels_last)
    teacher = counted(HRNet(48), 63_595_745).to(device, memory_format=torch.channels_last).eval().requires_grad_(False)
    cuda = device.type == "cuda"
    same = {
        "device": torch.cuda.get_device_name(device) if cuda else "the processor",
        "versions": {"torch": torch.__version__, "cuda": torch.version.cuda, "cudnn": torch.backends.cudnn.version()},
        "size": f"{arguments.height}x{arguments.width}x{arguments.batch}",
    }
    for precision in ("f32", "tf32", "f16"):
        torch.backends.cudnn.allow_tf32 = torch.backends.cuda.matmul.allow_tf32 = precision == "tf32"
        for name, networks, what in (
            ("student step", (student, None), Case.step),
            ("student forward", (student, None), Case.forward),
            ("student step with hrnet-w48", (student, teacher), Case.step),
            ("hrnet-w48 forward", (None, teacher), Case.forward),
        ):
            print(f"{precision}, {name}", file=sys.stderr, flush=True)
            case = Case(arguments, device, precision, *networks)
            samples = measure(lambda: what(case), arguments.rounds, arguments.seconds)
            median = statistics.median(samples)
            rate = 1000 * arguments.batch / median
            row = {"name": name, "precision": precision, "milliseconds": median, "best": min(samples), "imagesPerSecond": rate}
            print(json.dumps({**row, **same}), flush=True)


main()
