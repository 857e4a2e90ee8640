"""Keeping track of shards that had to be cut up because their workers died."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from . import DIED, Halve, Pieces

if TYPE_CHECKING:
    from ..batch.shards import Shard

_CHANCES = 2  # a single document is tried so often: its worker may have been killed for another's sake


@dataclass(slots=True, eq=False)
class Task:
    """A shard, or a piece of one, and what became of it."""

    shard: Shard
    root: Task | None = None
    parts: list[Task] = field(default_factory=list)
    result: Any = None
    done: bool = False
    deaths: int = 0

    def pieces(self) -> Pieces:
        """Results in the order of the documents."""
        if self.parts:
            return [piece for part in self.parts for piece in part.pieces()]
        return [(self.shard, self.result)]

    @property
    def finished(self) -> bool:
        """Is every piece done?"""
        return all(part.finished for part in self.parts) if self.parts else self.done


class Tasks:
    """The shards still to come, those cut up before new ones."""

    def __init__(self, shards: Iterable[Shard], halve: Halve) -> None:
        self._shards, self._halve = iter(shards), halve
        self._again: deque[Task] = deque()

    def next(self) -> Task | None:
        """What to do next, None when nothing is left for now."""
        if self._again:
            return self._again.popleft()
        shard = next(self._shards, None)
        return None if shard is None else Task(shard)

    def again(self, task: Task) -> None:
        """A task that was not begun."""
        self._again.append(task)

    def succeeded(self, task: Task, result: Any) -> tuple[Shard, Pieces] | None:
        """Note a result; the whole shard's pieces if it was the last."""
        task.result, task.done = result, True
        return self._whole(task)

    def died(self, task: Task) -> tuple[Shard, Pieces] | None:
        """Cut up a shard whose worker died, or give the single document up; the whole shard's pieces if it was the last."""
        task.deaths += 1
        root = task.root or task
        halves = self._halve(task.shard)
        if halves:
            task.parts = [Task(half, root) for half in halves]
            self._again.extend(task.parts)
            return None
        if task.deaths < _CHANCES:
            self._again.append(task)
            return None
        return self.succeeded(task, DIED)

    def _whole(self, task: Task) -> tuple[Shard, Pieces] | None:
        root = task.root or task
        return (root.shard, root.pieces()) if root.finished else None
