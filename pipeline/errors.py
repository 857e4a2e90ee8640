"""Errors that a user can act on: what is wrong, and what to try."""

from __future__ import annotations


class PharmacleanError(Exception):
    """What is wrong, and what to try next.

    >>> str(PharmacleanError("the input is empty", "give a page or text"))
    'the input is empty; give a page or text'
    """

    def __init__(self, problem: str, advice: str = "") -> None:
        super().__init__(f"{problem}; {advice}" if advice else problem)
        self.problem, self.advice = problem, advice


def words_of_error(error: Exception) -> str:
    """What an error of somebody else's code says, or at least its name.

    >>> words_of_error(ValueError("no end")), words_of_error(EOFError())
    ('no end', 'EOFError')
    """
    return str(error) or type(error).__name__


class ReadError(PharmacleanError):
    """An input that cannot be read as a page; the rest of a batch goes on."""


class RecordError(PharmacleanError):
    """A record of an output file that does not hold together; the rest of the file goes on."""


class ConfigError(PharmacleanError):
    """A wrong option, rule file or table; nothing can be done before it is mended."""
