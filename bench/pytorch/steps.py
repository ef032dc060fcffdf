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
from torch.nn import functional as F

from networks import JOINTS, HRNet, Student


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
