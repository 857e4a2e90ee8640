"""What is said of a block."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Verdict:
    """Why a block goes: a reason of the closed list, the rule that says so.

    zone: the rule also opens a zone of boilerplate that runs on to the page's end.
    """

    reason: str
    rule: str
    zone: bool = False


#: The labeller alone drops the block; the reason is found when all blocks are judged.
UNNAMED = Verdict("layout", "labeller")
