"""The schema of a backend's config, out of the parameters of its setup."""

import inspect
import json
import pathlib
import typing
from typing import Any, Dict, List

RESERVED = ("file", "function", "python")
_TYPES = {str: "string", int: "integer", float: "number", bool: "boolean", list: "array", dict: "object"}


class Schema:
    """What config a setup takes; setup may be None, then it takes nothing."""

    def __init__(self, setup):
        self.properties: Dict[str, Any] = {}
        self.required: List[str] = []
        self.paths: List[str] = []
        self.open = False  # takes any key
        self.kinds: Dict[str, Any] = {}
        if setup is None:
            return
        hints = _hints(setup)
        for p in inspect.signature(setup).parameters.values():
            self._add(p, hints.get(p.name, Any))

    def _add(self, p, hint):
        if p.kind is p.VAR_KEYWORD:
            self.open = True
            return
        if p.kind in (p.VAR_POSITIONAL, p.POSITIONAL_ONLY):
            raise TypeError(f"setup takes {p.name} by position; config has names only")
        if p.name in RESERVED:
            raise TypeError(f"setup has a parameter {p.name!r}; vlmspec itself reads that key of the config")
        self.kinds[p.name] = hint
        self.properties[p.name] = _schema(hint)
        if p.default is p.empty:
            self.required.append(p.name)
        elif _is_json(p.default):
            self.properties[p.name]["default"] = p.default
        if pathlib.Path in (hint, *typing.get_args(hint)):
            self.paths.append(p.name)

    def json(self, of_file: bool) -> bytes:
        """The JSON Schema. of_file says that `plugin: python` names a file."""
        properties, required = dict(self.properties), list(self.required)
        if of_file:
            properties["file"] = {"type": "string", "description": "Python file with a function that is decorated with vlmspec.backend"}
            properties["function"] = {"type": "string", "description": "which backend of the file, where it declares several"}
            properties["python"] = {"type": "string", "description": "Python interpreter; by default that of the project's virtual environment, else python3"}
            required.append("file")
        schema = {"type": "object", "additionalProperties": self.open, "properties": properties, "required": required}
        return json.dumps(schema).encode()

    def arguments(self, config: Dict[str, Any]) -> Dict[str, Any]:
        """The keyword arguments of the setup."""
        out = {k: _value(self.kinds.get(k, Any), v) for k, v in config.items()}
        for key in RESERVED:
            out.pop(key, None)
        return out


def _hints(setup):
    target = setup.__init__ if inspect.isclass(setup) else setup
    try:
        return typing.get_type_hints(target)
    except Exception:  # an annotation that cannot be looked up counts for nothing
        return {}


def _schema(hint) -> Dict[str, Any]:
    if hint in _TYPES:
        return {"type": _TYPES[hint]}
    if hint is pathlib.Path:
        return {"type": "string"}
    origin, args = typing.get_origin(hint), typing.get_args(hint)
    if origin in _TYPES:
        items = {"items": _schema(args[0])} if origin is list and args else {}
        return {"type": _TYPES[origin], **items}
    if origin is typing.Literal:
        return {"enum": list(args)}
    if type(None) in args:  # Optional
        return {"anyOf": [{"type": "null"}, *(_schema(a) for a in args if a is not type(None))]}
    return {}


def _value(hint, value):
    """A value as its annotation wants it: all numbers come as float."""
    args = typing.get_args(hint)
    if isinstance(value, str) and (hint is pathlib.Path or pathlib.Path in args):
        return pathlib.Path(value)
    if isinstance(value, float) and value.is_integer() and hint is not float and float not in args:
        return int(value)
    if isinstance(value, list):
        return [_value(args[0] if args else Any, v) for v in value]
    if isinstance(value, dict):
        return {k: _value(Any, v) for k, v in value.items()}
    return value


def _is_json(value) -> bool:
    try:
        json.dumps(value)
    except (TypeError, ValueError):
        return False
    return value is not None
