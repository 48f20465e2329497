"""Draws a receipt to read, with Pillow's own font: make_ocr_image.py FILE"""

import sys

from PIL import Image, ImageDraw, ImageFont

page = Image.new("RGB", (640, 400), "white")
draw = ImageDraw.Draw(page)
for i, line in enumerate(["CORNER BAKERY", "Bread 2.50", "Coffee 3.20", "TOTAL 5.70"]):
    draw.text((40, 30 + 85 * i), line, "black", ImageFont.load_default(56))
page.rotate(2, fillcolor="white").save(sys.argv[1])
