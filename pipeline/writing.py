"""A file that a person named, written whole or not at all."""

from __future__ import annotations

from pathlib import Path

from .errors import ConfigError


def write_whole(path: Path, data: bytes) -> None:
    """Write a file; what stood there before stays until the new one is whole. Raises ConfigError."""
    part = path.with_name(path.name + ".tmp")
    try:
        part.write_bytes(data)
        part.replace(path)
    except OSError as error:
        raise ConfigError(f"{path}: cannot be written ({error.strerror})", "choose another place with -o") from error
