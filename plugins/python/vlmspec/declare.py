"""The decorator `backend`, and what it makes of a function or a class."""

import functools
import inspect
from typing import Any, Callable, List, Optional

from .schema import Schema

_declared: List["Backend"] = []  # in the order of their declaration


class Backend:
    """A function with what vlmspec has to know of it. It can still be called."""

    def __init__(self, function: Callable, name: str, *, setup=None, fingerprint=None, close=None, concurrency=1, **capabilities):
        if not isinstance(concurrency, int) or concurrency < 1:
            raise TypeError(f"@backend(concurrency={concurrency!r}): expected a whole number of at least 1")
        self.function = function
        self.name = name
        self.setup = setup
        self.fingerprint = fingerprint
        self.close = close
        self.concurrency = concurrency
        self.model = capabilities.pop("model", None) or name
        self.capabilities = capabilities
        self.schema = Schema(setup)
        self.module = getattr(function, "__module__", None)

    def __call__(self, *args, **kwargs):
        return self.function(*args, **kwargs)

    @property
    def streams(self) -> bool:
        return inspect.isgeneratorfunction(inspect.unwrap(self.function))


def backend(
    function: Optional[Callable] = None,
    *,
    setup: Optional[Callable] = None,
    fingerprint: Any = None,
    close: Optional[Callable] = None,
    concurrency: int = 1,
    model: Optional[str] = None,
    max_images: int = 0,
    context_tokens: int = 0,
    seeds: bool = False,
    logprobs: bool = False,
    json_schema: bool = False,
    streaming: Optional[bool] = None,
):
    """Declares a function `(images, messages, params)` a backend.

    images are all of the request, in order. messages are those that chat
    templates take: `{"role": "user", "content": [{"type": "image"}, {"type":
    "text", "text": "..."}]}`. The function returns the answer as str, or Answer;
    or it yields str, or Token with log-probabilities.

    setup is called once with what `config` of vlmspec.yaml has beside `file`, as
    keyword arguments: its parameters with their annotations are the schema of the
    config, and pathlib.Path makes a path absolute. What it returns is the fourth
    argument of the function, and the first of fingerprint and close.

    fingerprint says which model it is, so that answers are kept between runs: a
    str, or pathlib.Path of a file or folder that is read, or several in a list; or
    a function that returns one. The code of the project and the versions of loaded
    packages are added. Without it nothing is kept.

    Up to `concurrency` calls run at once, each in a thread; one alone runs in the
    main thread, as setup does.

    A class is the same in another form: `__init__` is the setup, `__call__` the
    function, and the methods fingerprint and close are what they are called.
    """
    known = dict(
        model=model, max_images=max_images, context_tokens=context_tokens, seeds=seeds, logprobs=logprobs, json_schema=json_schema, streaming=streaming
    )

    def declare(f):
        if inspect.isclass(f):
            b = _of_class(f, setup, fingerprint, close, concurrency, known)
        else:
            b = Backend(f, f.__name__, setup=setup, fingerprint=fingerprint, close=close, concurrency=concurrency, **known)
        _declared.append(b)
        return b

    return declare if function is None else declare(function)


def _of_class(cls, setup, fingerprint, close, concurrency, known) -> Backend:
    if setup is not None:
        raise TypeError(f"@backend(setup=...) on the class {cls.__name__}: its __init__ is the setup")
    if "__call__" not in dir(cls):
        raise TypeError(f"@backend on the class {cls.__name__}: it needs a method __call__(self, images, messages, params)")
    call = cls.__call__

    @functools.wraps(call)
    def function(images, messages, params, self):
        return call(self, images, messages, params)

    b = Backend(
        function,
        cls.__name__,
        setup=cls,
        fingerprint=fingerprint or getattr(cls, "fingerprint", None),
        close=close or getattr(cls, "close", None),
        concurrency=concurrency,
        **known,
    )
    b.module = cls.__module__
    if b.capabilities["streaming"] is None:
        b.capabilities["streaming"] = inspect.isgeneratorfunction(call)
    return b


def declared_in(module: str) -> List[Backend]:
    """The backends that a module declares, in order."""
    return [b for b in _declared if b.module == module]
