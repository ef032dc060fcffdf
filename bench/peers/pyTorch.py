"""The student in eager PyTorch as its users write it: nn.Module, torch.optim.Adam, autocast and GradScaler.

Started by pyTorch.mjs. Standard input: one line of JSON, the float32 values of its tensors in order, then a line for each run. Standard output:
one line of JSON to say what runs, then for each run a line with its milliseconds and its loss, or the heatmaps' bytes after it.
"""

import json
import math
import os
import sys
import time
import warnings

import torch
import torch.nn.functional as F
from torch import nn


class Fire(nn.Module):
    def __init__(self, in_channels, squeeze, expand1x1, expand3x3):
        super().__init__()
        self.squeeze = nn.Conv2d(in_channels, squeeze, 1)
        self.expand1x1 = nn.Conv2d(squeeze, expand1x1, 1)
        self.expand3x3 = nn.Conv2d(squeeze, expand3x3, 3, padding=1)

    def forward(self, x):
        x = F.relu(self.squeeze(x), inplace=True)
        return torch.cat([F.relu(self.expand1x1(x), inplace=True), F.relu(self.expand3x3(x), inplace=True)], 1)


class Student(nn.Module):
    """SqueezeNet 1.1's features and a convolution on their bilinear enlargement to a quarter of the image."""

    def __init__(self, shapes):
        super().__init__()

        def fire(index):
            out_and_in = {part: shapes[f"backbone.{index}.{part}.weight"][:2] for part in ("squeeze", "expand1x1", "expand3x3")}
            squeeze, in_channels = out_and_in["squeeze"]
            return Fire(in_channels, squeeze, out_and_in["expand1x1"][0], out_and_in["expand3x3"][0])

        def pool():
            return nn.MaxPool2d(3, 2, ceil_mode=True)

        stem = nn.Conv2d(3, shapes["backbone.0.weight"][0], 3, stride=2)
        fires = {index: fire(index) for index in (3, 4, 6, 7, 9, 10, 11, 12)}
        self.backbone = nn.Sequential(
            stem, nn.ReLU(inplace=True), pool(), fires[3], fires[4], pool(), fires[6], fires[7], pool(), *(fires[i] for i in (9, 10, 11, 12))
        )
        joints, channels = shapes["conv_heatmap.weight"][:2]
        self.conv_heatmap = nn.Conv2d(channels, joints, 3, padding=1)

    def forward(self, x, size):
        return self.conv_heatmap(F.interpolate(self.backbone(x), size=size, mode="bilinear", align_corners=False))


def read_tensors(descriptions, stream, device):
    tensors = {}
    for name, shape in descriptions:
        data = bytearray(stream.read(4 * math.prod(shape)))
        tensors[name] = torch.frombuffer(data, dtype=torch.float32).reshape(shape).to(device)
    return tensors


def main():
    warnings.filterwarnings("ignore")  # of newer versions, about the older spelling of GradScaler
    requests, answers = sys.stdin.buffer, sys.stdout.buffer
    task = json.loads(requests.readline())
    amp = task["backend"] == "amp"
    cuda = torch.cuda.is_available()
    device = torch.device("cuda" if cuda else "cpu")
    torch.backends.cudnn.benchmark = True
    if not cuda:
        torch.set_num_threads(os.cpu_count() or 1)  # builds differ in what they take by themselves
    tensors = read_tensors(task["tensors"], requests, device)
    x, target = tensors.pop("x"), tensors.pop("target")
    model = Student({name: list(tensor.shape) for name, tensor in tensors.items()})
    model.load_state_dict(tensors)
    model.to(device)
    if amp:
        model = model.to(memory_format=torch.channels_last)
        x = x.contiguous(memory_format=torch.channels_last)
    half = torch.float16 if cuda else torch.bfloat16
    scaler = torch.cuda.amp.GradScaler(enabled=amp and cuda)
    optimizer = torch.optim.Adam(model.parameters(), lr=task["learningRate"])
    size = tuple(target.shape[2:])

    def forward():
        with torch.inference_mode(), torch.autocast(device.type, dtype=half, enabled=amp):
            return model(x, size).float().cpu()

    def step():
        optimizer.zero_grad(set_to_none=True)
        with torch.autocast(device.type, dtype=half, enabled=amp):
            loss = F.mse_loss(model(x, size).float(), target)
        scaler.scale(loss).backward()
        scaler.step(optimizer)
        scaler.update()
        return loss.item()

    def answer(head, body=b""):
        answers.write(json.dumps(head).encode() + b"\n" + body)
        answers.flush()

    where = torch.cuda.get_device_name() if cuda else f"CPU, {torch.get_num_threads()} threads"
    how = f"autocast {str(half)[6:]}, channels last" if amp else "TF32 convolutions" if cuda and torch.backends.cudnn.allow_tf32 else "f32"
    answer({"version": f"PyTorch {torch.__version__}, {how}, {where}", "reduced": how != "f32"})
    while requests.readline():
        begin = time.perf_counter()
        result = forward() if task["task"] == "forward" else step()
        if cuda:
            torch.cuda.synchronize()
        milliseconds = 1000 * (time.perf_counter() - begin)
        if task["task"] == "step":
            answer({"milliseconds": milliseconds, "loss": result})
        else:
            body = bytes(result.contiguous().untyped_storage()) if hasattr(result, "untyped_storage") else bytes(result.contiguous().storage().untyped())
            answer({"milliseconds": milliseconds, "bytes": len(body)}, body)


main()
