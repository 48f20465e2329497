"""Makes the masks beside it, with Pillow 13, numpy and, for noise.json, pycocotools 2. The object is the right half but for its lower 8 rows."""
import json

import numpy
import pycocotools.mask
from PIL import Image, ImageDraw

SIDE = 32
shape = numpy.zeros((SIDE, SIDE), dtype="u1")
shape[:24, 16:] = 1


def save(array, name, mode=None, **options):
    img = Image.fromarray(array) if mode is None else Image.fromarray(array, mode)
    img.save(name, **options)


white = shape * 255
save(white, "white.png")
save(white, "white.bmp")
save(white, "white.tif")
save(white, "white.jpg", quality=60)
save(shape, "one.png")
save(shape, "one.jpg")
save(numpy.dstack([white, white * 0, white * 0]), "red.png")
save(numpy.dstack([white, white * 0, white * 0]), "red.jpg", quality=60)
save(white.astype("u2") * 4, "deep.png")

everywhere = numpy.full_like(white, 255)
save(numpy.dstack([everywhere] * 3 + [white]), "rgba.png")
save(numpy.dstack([everywhere] * 3 + [white]), "rgba-lossy.webp", quality=80)
save(numpy.dstack([everywhere] * 3 + [white]), "rgba-lossless.webp", lossless=True)
save(numpy.dstack([everywhere, white]), "la.png")
save(numpy.dstack([white * 0] * 3 + [white]), "black-on-clear.png")
cutout = numpy.zeros((SIDE, SIDE, 4), dtype="u1")
cutout[:24, 16:, 0] = numpy.arange(24)[:, None] * 4  # black and other colors
cutout[:24, 16:, 3] = 255
save(cutout, "cutout.png")


def palette(array, colors, name, **options):
    img = Image.fromarray(array).convert("L")
    img.putpalette(numpy.array(colors, dtype="u1").flatten().tolist())
    img.save(name, **options)


palette(shape, [(255, 255, 255), (255, 255, 255)], "trns.png", transparency=0)
palette(shape, [(255, 255, 255), (255, 255, 255)], "clear.gif", transparency=0)
palette(1 - shape, [(255, 255, 255), (0, 0, 0)], "white-is-0.png")
palette(shape, [(0, 0, 0)] * 256, "no-colors.png")


def voc():
    colors = []
    for i in range(256):
        r = g = b = 0
        for bit in range(8):
            r |= (i >> (3 * bit) & 1) << (7 - bit)
            g |= (i >> (3 * bit + 1) & 1) << (7 - bit)
            b |= (i >> (3 * bit + 2) & 1) << (7 - bit)
        colors.append((r, g, b))
    return colors


person = shape * 15
palette(person, voc(), "voc-one.png")
several = person.copy()
several[:24, 15] = 255
several[2:10, 2:10] = 7
palette(several, voc(), "voc.png")
save(several, "labels.png")
palette(several, [(120, 120, 120)] + voc()[1:], "ade.png")
save(numpy.array(voc(), dtype="u1")[several], "voc-colors.png")
ids = several.astype("u2")
ids[ids == 15] = 26001
save(ids, "instances.png")

soft = Image.new("L", (SIDE * 8, SIDE * 8))
ImageDraw.Draw(soft).ellipse((40, 40, 200, 160), fill=255)
soft.resize((SIDE, SIDE), Image.Resampling.BICUBIC).save("soft.png")
save(white * 0, "empty.png")
save(everywhere, "full.png")
save(numpy.tile(numpy.arange(256, dtype="u1"), (256, 1)), "ramp.jpg")

flat = shape.flatten(order="F")
runs, value = [], 0
while len(flat):
    other = numpy.nonzero(flat != value)[0]
    n = int(other[0]) if len(other) else len(flat)
    runs.append(n)
    flat, value = flat[n:], 1 - value


def packed(counts):
    """rleToString of cocoapi's maskApi.c."""
    out = ""
    for i, x in enumerate(counts):
        if i > 2:
            x -= counts[i - 2]
        while True:
            c = x & 0x1F
            x >>= 5
            more = x != -1 if c & 0x10 else x != 0
            out += chr((c | 0x20 if more else c) + 48)
            if not more:
                break
    return out


json.dump({"size": [SIDE, SIDE], "counts": runs}, open("runs.json", "w"))
json.dump({"size": [SIDE, SIDE], "counts": packed(runs)}, open("packed.json", "w"))
polygon = [[16, 0, 32, 0, 32, 24, 16, 24]]
json.dump(polygon, open("polygons.json", "w"))
json.dump({"id": 3, "segmentation": polygon, "width": SIDE, "height": SIDE, "bbox": [16, 0, 16, 24]}, open("annotation.json", "w"))

random = numpy.random.default_rng(5)
noise = (random.random((37, 53)) > 0.6).astype("u1")
noise[5:30, 10:40] = 1
save(noise * 255, "noise.png")
encoded = pycocotools.mask.encode(numpy.asfortranarray(noise))
json.dump({"size": encoded["size"], "counts": encoded["counts"].decode()}, open("noise.json", "w"))
