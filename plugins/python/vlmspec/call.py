"""One call of a backend's function: its result in whatever form, as an Answer."""

import inspect
import math
import threading
import types

from .values import Answer, Token, file_name

_current = threading.local()


class Cancelled(Exception):
    """Nobody waits for the answer any more."""


class Call:
    """A Generate call in flight. Safe for concurrent use."""

    def __init__(self):
        self._cancelled = threading.Event()
        self._ended = threading.Event()

    def cancel(self):
        self._cancelled.set()

    @property
    def cancelled(self) -> bool:
        return self._cancelled.is_set()

    def end(self):
        self._ended.set()

    def wait(self, seconds) -> bool:
        """Waits for the end; False when it takes longer."""
        return self._ended.wait(seconds)


class WrongAnswer(Exception):
    """The function gave something that is no answer; the text says where it is defined."""


def cancelled() -> bool:
    """Whether nobody waits any more for the answer that this thread computes.

    A function that takes long looks now and then, and returns anything.
    """
    call = getattr(_current, "call", None)
    return call is not None and call.cancelled


def run(function, arguments, params, emit=None, call=None) -> Answer:
    """Calls a function and checks what it gives. emit gets text as it comes."""
    _current.call = call = call or Call()
    try:
        result = function(*arguments)
        if isinstance(result, types.GeneratorType) or (hasattr(result, "__next__") and not inspect.iscoroutine(result)):
            answer = _collect(result, params, emit, call)
        else:
            answer = _whole(result)
            if emit and answer.text and not call.cancelled:
                emit(_cut(answer.text, params.stop))
        if not call.cancelled:
            return _checked(answer, params)
    except WrongAnswer as e:
        raise WrongAnswer(_place(function) + str(e)) from None
    finally:
        _current.call = None
    raise Cancelled()


def _place(function) -> str:
    code = getattr(inspect.unwrap(function), "__code__", None)
    return f"{file_name(code.co_filename)}:{code.co_firstlineno}: " if code else ""


def _whole(result) -> Answer:
    if isinstance(result, str):
        return Answer(str(result))
    if isinstance(result, Answer):
        if not isinstance(result.text, str):
            raise WrongAnswer(f"the answer's text is {_kind(result.text)}; expected str")
        return result
    raise WrongAnswer(f"the function returned {_kind(result)}; expected str, vlmspec.Answer, or an iterator of str or vlmspec.Token")


def _kind(value) -> str:
    if inspect.iscoroutine(value):
        return "a coroutine (write def in place of async def)"
    return "None" if value is None else f"{type(value).__name__} ({str(value)[:60]!r})"


def _collect(items, params, emit, call) -> Answer:
    """Reads an iterator to its end, a stop string or the last token that is wanted."""
    text, logprobs, tokens, sent, finish = "", [], 0, 0, "stop"
    held = max((len(s) for s in params.stop), default=1) - 1  # may be the beginning of a stop string
    end = None
    while not call.cancelled:
        try:
            item = next(items)
        except StopIteration as e:
            end = e.value
            break
        piece, logprob = _piece(item)
        text += piece
        if logprob is not None:
            logprobs.append(logprob)
        tokens += 1
        cut = _cut(text[max(0, sent - held) :], params.stop)
        stopped = len(cut) < len(text) - max(0, sent - held)
        if stopped:
            text = text[: max(0, sent - held)] + cut
        ready = len(text) if stopped else len(text) - held
        if emit and ready > sent:
            emit(text[sent:ready])
            sent = ready
        if stopped:
            break
        if len(logprobs) and params.max_tokens and len(logprobs) >= params.max_tokens:
            finish = "length"
            break
    if hasattr(items, "close"):
        items.close()
    if emit and len(text) > sent and not call.cancelled:
        emit(text[sent:])
    if logprobs and len(logprobs) != tokens:
        raise WrongAnswer("the function yielded some pieces with log-probabilities and some without")
    return _ended(end, Answer(text, finish, logprobs or None, output_tokens=len(logprobs)))


def _piece(item):
    if isinstance(item, str):
        return item, None
    if isinstance(item, Token):
        return _piece(item.text)[0], item.logprob
    if isinstance(item, tuple) and len(item) == 2 and isinstance(item[0], str):
        return item[0], item[1]
    raise WrongAnswer(f"the function yielded {_kind(item)}; expected str or vlmspec.Token")


def _ended(end, collected: Answer) -> Answer:
    """What a generator returned at its end completes what it yielded."""
    if end is None:
        return collected
    if not isinstance(end, Answer):
        raise WrongAnswer(f"the generator returned {_kind(end)} at its end; expected nothing or vlmspec.Answer")
    if end.text is None:
        end.text = collected.text
    if end.logprobs is None:
        end.logprobs = collected.logprobs
    end.output_tokens = end.output_tokens or collected.output_tokens
    return end


def _cut(text: str, stop) -> str:
    """Text before the first stop string."""
    found = [i for i in (text.find(s) for s in stop if s) if i >= 0]
    return text[: min(found)] if found else text


def _checked(a: Answer, params) -> Answer:
    if a.finish not in ("stop", "length"):
        raise WrongAnswer(f'the answer\'s finish is {a.finish!r}; expected "stop" or "length"')
    if a.logprobs is not None:
        a.logprobs = [_logprob(p) for p in a.logprobs]
    cut = _cut(a.text, params.stop)
    if len(cut) < len(a.text):
        a.finish = "stop"
    a.text = cut.strip()
    return a


def _logprob(value) -> float:
    try:
        p = float(value)
    except (TypeError, ValueError):
        raise WrongAnswer(f"a log-probability is {_kind(value)}; expected a number") from None
    if math.isnan(p) or p > 0:
        raise WrongAnswer(f"a log-probability is {p}; expected a natural logarithm, at most 0")
    return p
