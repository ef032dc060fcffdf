"""The student in eager PyTorch as its users write it: nn.Module, torch.optim.Adam, autocast and GradScaler.

Started by bench/peers/pyTorch.mjs. Standard input: one line of JSON, the float32 values of its tensors in order, then a line for each run. Standard output:
one line of JSON to say what runs, then for each run a line with its milliseconds and its loss, or the heatmaps' bytes after it.
"""

import json
import math
import os
import sys
import time
import warnings

import torch
from torch.nn import functional as F

from networks import Student


def student_of(tensors):
    """The student of the widths that its weights have, with these weights."""

    def outputs(name):
        return tensors[f"{name}.weight"].shape[0]

    parts = ("squeeze", "expand1x1", "expand3x3")
    fires = [tuple(outputs(f"backbone.{index}.{part}") for part in parts) for index in (3, 4, 6, 7, 9, 10, 11, 12)]
    student = Student(outputs("backbone.0"), fires, outputs("conv_heatmap"))
    student.load_state_dict(tensors)
    return student


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
    model = student_of(tensors).to(device)
    if amp:
        model = model.to(memory_format=torch.channels_last)
        x = x.contiguous(memory_format=torch.channels_last)
    half = torch.float16 if cuda else torch.bfloat16
    scaler = torch.cuda.amp.GradScaler(enabled=amp and cuda)
    optimizer = torch.optim.Adam(model.parameters(), lr=task["learningRate"])

    def forward():
        with torch.inference_mode(), torch.autocast(device.type, dtype=half, enabled=amp):
            return model(x).float().cpu()

    def step():
        optimizer.zero_grad(set_to_none=True)
        with torch.autocast(device.type, dtype=half, enabled=amp):
            loss = F.mse_loss(model(x).float(), target)
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
