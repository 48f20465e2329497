"""An OCR engine, which is no vision-language model: it reads the text in images
and knows nothing of prompts. It shows that anything that looks at an image can
be tested, and is a baseline for a model that is asked what is written.

    backends:
      ocr: {plugin: python, config: {file: ocr.py}}

Needs rapidocr-onnxruntime (its weights are inside the package), pillow.
"""

from importlib.metadata import version

import vlmspec


def load(least: float = 0.5):
    """least is the confidence below which a line is left out, 0 to 1."""
    from rapidocr_onnxruntime import RapidOCR

    return RapidOCR(), least


@vlmspec.backend(setup=load, model="RapidOCR (OCR, no VLM)", fingerprint=lambda engine: version("rapidocr-onnxruntime"), max_images=1)
def answer(images, messages, params, engine):
    import numpy

    if not images:
        raise vlmspec.InvalidRequest("an OCR engine needs an image")
    read, least = engine
    lines, _ = read(numpy.array(images[0].open())[:, :, ::-1])  # BGR
    return "\n".join(text for _, text, confidence in lines or [] if float(confidence) >= least)
