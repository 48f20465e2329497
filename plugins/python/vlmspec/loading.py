"""Imports the file that `plugin: python` names, and finds the backend in it."""

import importlib.util
import os
import sys

from . import declare, failure
from .values import InvalidConfig, file_name


def load(path: str, function: str = "") -> declare.Backend:
    """The backend that a file declares. Raises InvalidConfig with the reason."""
    name = os.path.splitext(os.path.basename(path))[0]
    shown = file_name(path)
    if not os.path.isfile(path):
        raise InvalidConfig(f"there is no file {shown}; config.file names a Python file with a function that is decorated with vlmspec.backend")
    _free(name, shown)
    folder = os.path.dirname(path)
    sys.path.insert(0, folder)
    try:
        spec = importlib.util.spec_from_file_location(name, path)
        if spec is None or spec.loader is None:
            raise InvalidConfig(f"{shown} does not end in .py")
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        spec.loader.exec_module(module)
    except InvalidConfig:
        raise
    except BaseException as e:  # sys.exit at the top level of a script, too
        failure.show(e)
        raise InvalidConfig(f"{shown} cannot be imported: {failure.sentence(e, folder)}") from e
    return _choose(declare.declared_in(name), function, shown)


def _free(name: str, shown: str):
    """Refuses a file that would stand in for a module that others import."""
    if name in sys.modules or name in getattr(sys, "stdlib_module_names", ()) or name == "vlmspec":
        raise InvalidConfig(f"{shown} is called like the Python module {name}, which it would hide; rename it")


def _choose(found, function: str, shown: str) -> declare.Backend:
    names = ", ".join(b.name for b in found)
    if not found:
        raise InvalidConfig(f"{shown} declares no backend; decorate a function (images, messages, params) with vlmspec.backend")
    if function:
        for b in found:
            if b.name == function:
                return b
        raise InvalidConfig(f"{shown} declares no backend {function}; it declares {names}")
    if len(found) > 1:
        raise InvalidConfig(f"{shown} declares several backends: {names}; say which with `function: {found[0].name}` in config")
    return found[0]
