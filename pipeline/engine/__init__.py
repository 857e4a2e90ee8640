"""Where shards are worked on: processes of this machine, or a Dask cluster. The shard function is the same everywhere.

An engine takes a function and shards, and gives for each shard its pieces as they are finished, in any order:
`(shard, [(shard, result)])`. A shard whose worker died is halved, and halved again, until the document that kills stands
alone; then its pieces are several, in order, and those of dead documents have `DIED` for a result. `None` comes now
and then while nothing is finished, so that a clock can go on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

if TYPE_CHECKING:
    from ..batch.shards import Shard


class Died:
    """Instead of a result: the worker process died on this document."""

    def __repr__(self) -> str:
        return "DIED"


DIED = Died()
Pieces: TypeAlias = "list[tuple[Shard, Any]]"
Function: TypeAlias = "Callable[[Shard], Any]"
Halve: TypeAlias = "Callable[[Shard], tuple[Shard, ...]]"


class Engine(Protocol):
    """Runs a function that can be pickled over shards. What the function raises, `run` raises."""

    def run(self, function: Function, shards: Iterable[Shard], halve: Halve) -> Iterator[tuple[Shard, Pieces] | None]:
        """Pieces of each shard as they are finished; the shards are taken from the iterable as workers become free."""
        ...

    def close(self) -> None:
        """Stop all work at once."""
        ...
