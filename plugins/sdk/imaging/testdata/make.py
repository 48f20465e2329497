"""Makes the image files beside it, with Pillow 13 and numpy: formats that Go has no encoder for."""
import os
import struct

import numpy
from PIL import Image

RED, BLUE = (255, 0, 0), (0, 0, 255)


def halves(size=(24, 32), mode="RGB"):
    """Upper half red, lower half blue."""
    img = Image.new("RGB", size, BLUE)
    img.paste(RED, (0, 0, size[0], size[1] // 2))
    return img.convert(mode)


def turned():
    exif = Image.Exif()
    exif[274] = 6
    return exif


halves().save("turned-lossy.webp", exif=turned(), quality=95)
halves().save("turned-lossless.webp", exif=turned(), lossless=True)
halves((25, 33)).save("turned-odd.webp", exif=turned(), quality=95)
halves().save("turned.tif", exif=turned())
halves().save("turned.jpg", exif=turned(), quality=95)

# An animation: its first frame has alpha, the second is another picture.
first = Image.new("RGBA", (32, 32), (0, 0, 0, 0))
first.paste((255, 0, 0, 255), (16, 16, 32, 32))
second = Image.new("RGBA", (32, 32), (0, 255, 0, 255))
first.save("animated-lossy.webp", save_all=True, append_images=[second], quality=95)
first.save("animated-lossless.webp", save_all=True, append_images=[second], lossless=True)


def u24(n):
    return struct.pack("<I", n)[:3]


def chunk(name, data):
    return name + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2)


def animation(still, at, canvas, name):
    """An animation whose first frame is a still picture somewhere on the canvas."""
    body = open(still, "rb").read()[12:]
    size = Image.open(still).size
    if body[:4] == b"VP8X":
        body = body[18:]
    frame = u24(at[0] // 2) + u24(at[1] // 2) + u24(size[0] - 1) + u24(size[1] - 1) + u24(100) + b"\2" + body
    data = b"WEBP" + chunk(b"VP8X", b"\x12\0\0\0" + u24(canvas[0] - 1) + u24(canvas[1] - 1))
    data += chunk(b"ANIM", b"\xff\xff\xff\xff\0\0") + chunk(b"ANMF", frame)
    open(name, "wb").write(b"RIFF" + struct.pack("<I", len(data)) + data)


halves((16, 16)).save("part.webp", lossless=True)
animation("part.webp", (16, 8), (32, 32), "frame-on-canvas.webp")
halves((16, 16)).save("part.webp", quality=95)
animation("part.webp", (16, 8), (32, 32), "lossy-frame-on-canvas.webp")

clear = halves((16, 16), "RGBA")
clear.paste((0, 0, 0, 0), (0, 0, 8, 16))
clear.save("alpha-lossy.webp", quality=95)
clear.save("alpha-lossless.webp", lossless=True)

cmyk = Image.new("CMYK", (16, 16), (0, 255, 255, 0))  # red
cmyk.save("cmyk.jpg", quality=95)
data = open("cmyk.jpg", "rb").read()
at = data.index(b"\xff\xee")
open("cmyk-no-adobe.jpg", "wb").write(data[:at] + data[at + 2 + struct.unpack(">H", data[at + 2:at + 4])[0]:])
cmyk.save("cmyk.tif")
halves().save("jpeg.tif", compression="jpeg")
halves().save("zstd.tif", compression="zstd")
halves().save("lzw.tif", compression="tiff_lzw")
fax = Image.new("1", (24, 32))
fax.paste(1, (0, 0, 24, 16))
fax.save("group3.tif", compression="group3")
fax.save("group4.tif", compression="group4")
fax.save("huffman.tif", compression="tiff_ccitt")
halves().convert("LAB").save("lab.tif")
halves().convert("LA").save("gray-alpha.tif")
Image.fromarray(numpy.linspace(0, 1, 256, dtype="f4").reshape(16, 16)).save("float.tif")
halves((32, 32)).save("picture.avif", quality=50)
halves((32, 32)).save("picture.jp2")
os.remove("part.webp")

# Large ones of one color: what decoding them takes is measured.
side = (600, 600)
white = Image.new("RGB", side, (255, 255, 255))
white.save("large-progressive.jpg", progressive=True, subsampling=0)
white.save("large-444.jpg", subsampling=0)
white.save("large-rgb.jpg", keep_rgb=True)
Image.new("CMYK", side).save("large-cmyk.jpg")
white.save("large-lossy.webp")
white.save("large-lossless.webp", lossless=True)
faint = Image.new("RGBA", side, (255, 255, 255, 255))
faint.paste((0, 0, 0, 0), (0, 0, 300, 300))
faint.save("large-alpha.webp")
white.save("large-transparent.png", transparency=(1, 2, 3))
