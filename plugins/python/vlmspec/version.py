"""The version of the package; `pyproject.toml` reads it too."""

VERSION = "0.1.0"
