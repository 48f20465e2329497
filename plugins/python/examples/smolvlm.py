"""SmolVLM, or any other checkpoint that transformers loads as image-text-to-text.

    backends:
      smolvlm: {plugin: python, config: {file: smolvlm.py, checkpoint: models/SmolVLM-256M-Instruct}}

Needs torch, transformers, pillow; grpcio and protobuf.
"""

from pathlib import Path

import vlmspec


def load(checkpoint: Path, device: str = "cpu", dtype: str = "float32"):
    import torch
    from transformers import AutoModelForImageTextToText, AutoProcessor

    processor = AutoProcessor.from_pretrained(checkpoint)
    model = AutoModelForImageTextToText.from_pretrained(checkpoint, torch_dtype=getattr(torch, dtype))
    return processor, model.to(device).eval()


def fingerprint(loaded):
    return Path(loaded[1].name_or_path)  # every file of the checkpoint is read


@vlmspec.backend(setup=load, fingerprint=fingerprint, seeds=True, logprobs=True, max_images=16)
def answer(images, messages, params, loaded):
    return generate(*loaded, images, messages, params)


def generate(processor, model, images, messages, params):
    import torch
    from transformers import StoppingCriteriaList

    text = processor.apply_chat_template(messages, add_generation_prompt=True, tokenize=False)
    inputs = processor(text=text, images=[i.open() for i in images] or None, return_tensors="pt").to(model.device)
    limit = params.max_tokens or 256
    sampling = dict(do_sample=True, temperature=params.temperature, top_p=params.top_p or 1.0, top_k=params.top_k) if params.temperature else dict(do_sample=False)
    torch.manual_seed(params.seed)
    with torch.inference_mode():
        out = model.generate(
            **inputs,
            **sampling,
            max_new_tokens=limit,
            return_dict_in_generate=True,
            output_logits=True,
            stopping_criteria=StoppingCriteriaList([lambda ids, scores, **_: torch.full((len(ids),), vlmspec.cancelled(), device=ids.device)]),
        )
    prompt = inputs["input_ids"].shape[1]
    tokens = out.sequences[0, prompt:].tolist()
    ends = model.generation_config.eos_token_id
    ended = bool(tokens) and tokens[-1] in (ends if isinstance(ends, list) else [ends])
    logprobs = [logits[0].float().log_softmax(-1)[t].item() for logits, t in zip(out.logits, tokens)]
    return vlmspec.Answer(
        processor.tokenizer.decode(tokens, skip_special_tokens=True),
        finish="stop" if ended else "length",
        logprobs=[min(p, 0.0) for p in logprobs],
        text_tokens=prompt,
        output_tokens=len(tokens),
    )
