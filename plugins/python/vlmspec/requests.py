"""The protocol's messages as what a function is given, and back."""

import os

from google.protobuf import json_format

from ._proto import backend_pb2 as pb
from .values import Answer, Image, InvalidRequest, Params

_ROLES = {pb.ROLE_SYSTEM: "system", pb.ROLE_USER: "user", pb.ROLE_ASSISTANT: "assistant"}
_FINISH = {"stop": pb.FINISH_REASON_STOP, "length": pb.FINISH_REASON_LENGTH}


def conversation(request):
    """(images, messages) of a GenerateRequest. Raises InvalidRequest for an image that is not there."""
    images, messages = [], []
    for m in request.messages:
        content = []
        for part in m.parts:
            if part.WhichOneof("content") == "image":
                images.append(_image(part.image))
                content.append({"type": "image"})
            else:
                content.append({"type": "text", "text": part.text})
        if m.role not in _ROLES:
            raise InvalidRequest(f"message {len(messages) + 1} has no role")
        messages.append({"role": _ROLES[m.role], "content": content})
    return images, messages


def _image(i) -> Image:
    path = i.path if i.WhichOneof("source") == "path" else None
    if path is not None and not os.path.isfile(path):
        raise InvalidRequest(f"image {path}: there is no such file")
    return Image(i.sha256, i.media_type, i.width, i.height, path, None if path is not None else i.data)


def params(p) -> Params:
    return Params(
        max_tokens=p.max_tokens,
        temperature=p.temperature,
        top_p=p.top_p,
        top_k=p.top_k,
        min_p=p.min_p,
        repeat_penalty=p.repeat_penalty,
        seed=p.seed,
        stop=tuple(p.stop),
        extra=json_format.MessageToDict(p.extra) if p.HasField("extra") else {},
    )


def answer(a: Answer):
    """The last message of a Generate call."""
    out = pb.Answer(text=encodable(a.text), finish=_FINISH[a.finish], log_probs=a.logprobs or [], reasoning=encodable(a.reasoning))
    out.usage.text_tokens, out.usage.image_tokens, out.usage.output_tokens = a.text_tokens, a.image_tokens, a.output_tokens
    for width, height in a.shown or ():
        out.images.add(width=width, height=height)
    return pb.GenerateResponse(answer=out)


def encodable(text: str) -> str:
    """Text that UTF-8 can hold: a lone surrogate is replaced."""
    return text.encode("utf-8", "replace").decode("utf-8") if not text.isascii() else text
