"""What a backend's function is given, and what it gives back."""

import io
import os
from dataclasses import dataclass, field
from typing import Any, Dict, List, Optional, Sequence, Tuple


class InvalidRequest(Exception):
    """This request can never be answered: an unreadable image, a prompt that is too long."""


class InvalidConfig(Exception):
    """The configuration is wrong, so that no request can be answered."""


class Unavailable(Exception):
    """Worth another try: a server is busy, a connection broke."""


@dataclass(frozen=True)
class Image:
    """An encoded image file, by path or by content."""

    sha256: str  # hex digest of the encoded file
    media_type: str  # such as "image/png"
    width: int  # pixels after EXIF orientation
    height: int
    path: Optional[str] = None  # absolute; None when data is set
    data: Optional[bytes] = None

    def bytes(self) -> bytes:
        """The encoded file. Raises InvalidRequest when it cannot be read."""
        if self.path is None:
            return self.data or b""
        try:
            with open(self.path, "rb") as f:
                return f.read()
        except OSError as e:
            raise InvalidRequest(f"image {self.path}: {e.strerror}") from e

    def open(self):
        """A PIL.Image in RGB, upright, transparency on white. Needs Pillow.

        Raises InvalidRequest when the file cannot be decoded, or has more pixels
        than Pillow takes (PIL.Image.MAX_IMAGE_PIXELS).
        """
        import warnings

        from PIL import Image as pillow
        from PIL import ImageOps

        name = self.path or f"of {len(self.data or b'')} bytes"
        data = self.bytes()
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error", pillow.DecompressionBombWarning)
                with pillow.open(io.BytesIO(data)) as picture:
                    picture.load()
                    return _on_white(ImageOps.exif_transpose(picture))
        except (pillow.DecompressionBombError, pillow.DecompressionBombWarning) as e:
            raise InvalidRequest(f"image {name}: {e}") from e
        except Exception as e:  # Pillow's decoders raise OSError, ValueError, SyntaxError, struct.error...
            raise InvalidRequest(f"image {name} cannot be decoded: {e}") from e


def _on_white(picture):
    from PIL import Image as pillow

    if not (picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info):
        return picture.convert("RGB")
    picture = picture.convert("RGBA")
    white = pillow.new("RGBA", picture.size, "white")
    return pillow.alpha_composite(white, picture).convert("RGB")


@dataclass(frozen=True)
class Params:
    """How to decode. The defaults mean: greedy, with the backend's own limit."""

    max_tokens: int = 0  # most tokens to generate; 0 leaves it to the backend
    temperature: float = 0.0  # 0 is greedy
    top_p: float = 0.0  # in (0, 1]; 0 is off
    top_k: int = 0  # 0 is off
    min_p: float = 0.0  # in [0, 1); 0 is off
    repeat_penalty: float = 0.0  # 1 and 0 are off
    seed: int = 0  # used when temperature > 0
    stop: Sequence[str] = ()  # the answer ends before the first of these; the caller cuts it there
    extra: Dict[str, Any] = field(default_factory=dict)  # backend-specific


@dataclass(frozen=True)
class Token:
    """A piece of an answer with its natural log-probability."""

    text: str
    logprob: float


@dataclass
class Answer:
    """A whole answer, for functions that know more than its text."""

    text: Optional[str] = None  # None of a generator: what it has yielded
    finish: str = "stop"  # "stop", or "length" when max_tokens or the context was used up
    logprobs: Optional[List[float]] = None  # natural logarithm, one per generated token
    reasoning: str = ""  # what the model thought, set apart from the answer
    text_tokens: int = 0  # of the prompt
    image_tokens: int = 0  # of the prompt
    output_tokens: int = 0
    shown: Optional[List[Tuple[int, int]]] = None  # (width, height) of each image as the model saw it


def prompt(messages) -> str:
    """The text of the last user message, without its images."""
    for message in reversed(messages):
        if message["role"] == "user":
            return "".join(part.get("text", "") for part in message["content"])
    return ""


def file_name(path: str) -> str:
    """A path as a person knows it: relative below the working folder."""
    try:
        relative = os.path.relpath(path)
    except (ValueError, OSError):  # another drive, no working folder
        return path
    return path if relative.startswith(os.pardir) else relative
