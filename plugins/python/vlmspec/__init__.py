"""Makes a Python function a backend of vlmspec.

    import vlmspec

    @vlmspec.backend
    def answer(images, messages, params):
        return f"I see {len(images)} images."

Save it as my_model.py and name it in vlmspec.yaml:

    backends:
      mine: {plugin: python, config: {file: my_model.py}}

Start reading at `backend`; then `Image`, `Params`, `Token` and `Answer` in
values.py, which a function is given and gives back.
"""

from .call import cancelled
from .declare import Backend, backend
from .main import serve
from .values import Answer, Image, InvalidConfig, InvalidRequest, Params, Token, Unavailable, prompt
from .version import VERSION as __version__

__all__ = [
    "Answer",
    "Backend",
    "Image",
    "InvalidConfig",
    "InvalidRequest",
    "Params",
    "Token",
    "Unavailable",
    "__version__",
    "backend",
    "cancelled",
    "prompt",
    "serve",
]
