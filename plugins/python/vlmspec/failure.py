"""Says in a sentence, with file and line, what went wrong in somebody's code."""

import os
import sys
import traceback

from .call import WrongAnswer
from .values import InvalidConfig, InvalidRequest, Unavailable, file_name

_OWN = (InvalidRequest, InvalidConfig, Unavailable, WrongAnswer)
_HERE = os.path.dirname(os.path.abspath(__file__))
_LONGEST = 2000  # characters of a message


def sentence(e: BaseException, root: str) -> str:
    """The error with the place in the code below the folder root."""
    text = _words(e)
    if isinstance(e, SyntaxError) and e.filename:
        place = f"{file_name(e.filename)}:{e.lineno}: "
    elif isinstance(e, WrongAnswer):
        place = ""
    else:
        place = _place(e, root)
    return place + text.strip()[:_LONGEST]


def _words(e: BaseException) -> str:
    try:
        text = str(e)
    except BaseException as broken:  # somebody's __str__
        text = f"(its text cannot be made: {type(broken).__name__})"
    if isinstance(e, SyntaxError):
        return f"{type(e).__name__}: {e.msg}"
    if isinstance(e, ModuleNotFoundError) and e.name:
        return f"{text}; install it for {sys.executable}"
    if isinstance(e, SystemExit):
        return f"the code called sys.exit({e.code!r})"
    if isinstance(e, _OWN):
        return text or type(e).__name__
    return f"{type(e).__name__}: {text}" if text else type(e).__name__


def _place(e: BaseException, root: str) -> str:
    frames = traceback.extract_tb(e.__traceback__)
    foreign = [f for f in frames if not f.filename.startswith(_HERE) and not f.filename.startswith("<")]
    own = [f for f in foreign if f.filename.startswith(os.path.join(root, "")) and "site-packages" not in f.filename]
    if not own:
        return ""
    return f"{file_name(own[-1].filename)}:{own[-1].lineno}: "


def show(e: BaseException):
    """Prints the traceback to standard error."""
    try:
        traceback.print_exception(type(e), e, e.__traceback__)
    except BaseException:  # somebody's __str__, a closed stream
        pass
