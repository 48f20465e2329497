"""Says how large images are, and is a program of its own when it is run."""

import random
import struct

import vlmspec


def size(image):
    data = image.bytes()
    if data[:8] != b"\x89PNG\r\n\x1a\n" or data[12:16] != b"IHDR":
        raise vlmspec.InvalidRequest(f"image {image.path} is no PNG file")
    width, height = struct.unpack(">II", data[16:24])
    if width * height > 10**8:
        raise vlmspec.InvalidRequest(f"image {image.path} has {width}x{height} pixels")
    return f"{width}x{height}"


@vlmspec.backend(fingerprint="1", concurrency=3, max_images=3, seeds=True, logprobs=True)
def answer(images, messages, params):
    chance = random.Random(params.seed)
    for image in images:
        yield vlmspec.Token(size(image) + " ", -0.25)
    if params.temperature:
        yield vlmspec.Token(str(chance.random()), -1.0)


if __name__ == "__main__":
    vlmspec.serve(answer)
