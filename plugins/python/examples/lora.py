"""A LoRA adapter of peft over its base model, as training has just saved it.

    backends:
      base: {plugin: python, config: {file: smolvlm.py, checkpoint: models/base}}
      step-500: {plugin: python, config: {file: lora.py, checkpoint: models/base, adapter: runs/last/checkpoint-500}}

Run both over the same cases, then `vlmspec compare` them. Needs peft beside what smolvlm.py needs.
"""

from pathlib import Path

import smolvlm  # beside this file
import vlmspec


def load(checkpoint: Path, adapter: Path, device: str = "cpu", dtype: str = "float32"):
    from peft import PeftModel

    processor, model = smolvlm.load(checkpoint, device, dtype)
    model = PeftModel.from_pretrained(model, adapter)
    return processor, model.merge_and_unload().eval(), (checkpoint, adapter)


@vlmspec.backend(setup=load, fingerprint=lambda loaded: list(loaded[2]), seeds=True, logprobs=True, max_images=16)
def answer(images, messages, params, loaded):
    processor, model, _ = loaded
    return smolvlm.generate(processor, model, images, messages, params)
