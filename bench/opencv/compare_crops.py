"""Compares a file that `kindling data crop` wrote with OpenCV, person by person.

    npx kindling data crop data=ANN.json images=DIR input=384x288 out=crops
    python3 bench/opencv/compare_crops.py ANN.json DIR crops/ANN-384x288.crops

Needs python3-opencv (4.x) and numpy. Box, centre, scale and matrix are HRNet's (lib/dataset/coco.py, lib/utils/transforms.py), computed here anew;
pictures are read by cv2.imread and cropped by cv2.warpAffine, INTER_LINEAR, border 0.
"""

import json
import sys

import cv2
import numpy as np

HEADER, CHECKSUM = 4096, 4


def matrix(box, image, width, height):
    x, y = max(0, box[0]), max(0, box[1])
    right = min(image["width"] - 1, x + max(0, box[2] - 1))
    bottom = min(image["height"] - 1, y + max(0, box[3] - 1))
    if right <= x or bottom <= y:
        return None
    zoom = width / (max(right - x, (bottom - y) * (width / height)) * 1.25)
    centre_x, centre_y = x + (right - x) / 2, y + (bottom - y) / 2
    return np.array([[zoom, 0, width / 2 - zoom * centre_x], [0, zoom, height / 2 - zoom * centre_y]])


def main(annotations, folder, crops):
    document = json.load(open(annotations))
    images = {image["id"]: image for image in document["images"]}
    persons = [a for a in document["annotations"] if not a["iscrowd"] and any(v > 0 for v in a.get("keypoints", [])[2::3])]
    data = open(crops, "rb").read()
    header = json.loads(data[:HEADER])
    height, width = map(int, header["sources"]["crop"].split(",")[0].split("x"))
    size, at = header["recordBytes"], HEADER
    equal = values = near = most = count = 0
    for person in persons:
        image = images[person["image_id"]]
        affine = matrix(person["bbox"], image, width, height)
        if affine is None or person["area"] <= 0:
            continue
        picture = cv2.cvtColor(cv2.imread(f"{folder}/{image['file_name']}", cv2.IMREAD_COLOR | cv2.IMREAD_IGNORE_ORIENTATION), cv2.COLOR_BGR2RGB)
        expected = cv2.warpAffine(picture, affine, (width, height), flags=cv2.INTER_LINEAR)
        got = np.frombuffer(data, np.uint8, size, at).reshape(height, width, 3)
        difference = np.abs(expected.astype(int) - got)
        at += size + CHECKSUM
        count, values = count + 1, values + difference.size
        equal, near, most = equal + (difference == 0).sum(), near + (difference <= 1).sum(), max(most, difference.max())
    if count != header["records"]:
        sys.exit(f"{crops} has {header['records']} persons, the annotations {count}")
    print(f"OpenCV {cv2.__version__}: {count} crops of {height} x {width}: {100 * equal / values:.4f} % of the values equal, "
          f"{100 * near / values:.4f} % within 1, {most} at most")


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    main(*sys.argv[1:])
