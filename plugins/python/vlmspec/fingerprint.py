"""Digests what determines a backend's answers."""

import hashlib
import os
import pkgutil
import platform
import sys

from .values import InvalidConfig, file_name
from .version import VERSION


def digest(said, root: str) -> str:
    """`sha256:...` over what a backend says of itself, the code below the folder
    root that is loaded, the package's own code, and the versions of packages.

    said is a str, bytes, a path, or several of them. Raises InvalidConfig where a
    path cannot be read, or nothing was said.
    """
    h = hashlib.sha256()
    _add(h, "vlmspec", VERSION, *_package_code(), platform.python_version(), platform.machine())
    for name, version in sorted(_packages().items()):
        _add(h, "package", name, version)
    for path in sorted(_own_code(root)):
        _add(h, "code", os.path.relpath(path, root))
        _add_file(h, path)
    _add_said(h, said)
    return "sha256:" + h.hexdigest()


def _add(h, *parts):
    for p in parts:
        data = p if isinstance(p, bytes) else str(p).encode("utf-8", "surrogatepass")
        h.update(str(len(data)).encode() + b":" + data)


def _add_said(h, said):
    if isinstance(said, (str, bytes)) and said:
        _add(h, "said", said)
    elif isinstance(said, os.PathLike):
        _add_path(h, os.fspath(said))
    elif isinstance(said, (list, tuple)) and said:
        for s in said:
            _add_said(h, s)
    else:
        raise InvalidConfig(f"the fingerprint is {said!r}; expected a str that is not empty, a pathlib.Path, or a list of them")


def _add_path(h, path: str):
    if not os.path.isdir(path):
        _add(h, "file")
        _add_file(h, path)
        return
    _add(h, "folder")
    for folder, folders, files in os.walk(path, followlinks=True):
        folders.sort()
        for f in sorted(files):
            _add(h, os.path.relpath(os.path.join(folder, f), path))
            _add_file(h, os.path.join(folder, f))


def _add_file(h, path: str):
    inner = hashlib.sha256()
    try:
        with open(path, "rb") as f:
            while chunk := f.read(1 << 20):
                inner.update(chunk)
    except OSError as e:
        raise InvalidConfig(f"the fingerprint of the backend: {file_name(path)}: {e.strerror}") from e
    _add(h, inner.digest())


def _package_code():
    """The code of this package, wherever it was loaded from."""
    names = sorted(m.name for m in pkgutil.iter_modules(sys.modules[__package__].__path__) if not m.ispkg)
    return [pkgutil.get_data(__package__, n + ".py") or b"" for n in names]


def _own_code(root: str):
    """The code below root that was imported, or that an import finds later."""
    inside = os.path.join(os.path.realpath(root), "")
    environments = tuple(os.path.join(os.path.realpath(p), "") for p in {sys.prefix, sys.base_prefix})
    if inside.startswith(environments):
        environments = ()
    found = set(_importable(os.path.realpath(root)))
    for module in list(sys.modules.values()):
        try:
            found.add(os.path.realpath(module.__file__))
        except (AttributeError, TypeError):
            continue
    return [p for p in found if p.startswith(inside) and not p.startswith(environments) and "site-packages" not in p and os.path.isfile(p)]


def _importable(folder: str):
    """The modules in a folder, and those of its packages."""
    with os.scandir(folder) as entries:
        for e in entries:
            if e.name.endswith(".py"):
                yield e.path
            elif e.is_dir(follow_symlinks=False) and os.path.isfile(os.path.join(e.path, "__init__.py")):
                yield from _importable(e.path)


def _packages():
    """The versions that loaded packages give of themselves."""
    out = {}
    for name, module in list(sys.modules.items()):
        if "." in name:
            continue
        version = getattr(module, "__version__", None)
        if isinstance(version, str):
            out[name] = version
    return out
