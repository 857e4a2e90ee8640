"""Clean scraped medicine articles: boilerplate off, drug names normalized, entities as JSON.

>>> from pipeline import clean
>>> clean("Isotroin 20mg Capsule is used for severe acne.").drugs[0].name
'isotretinoin'
"""

__version__ = "0.1.0"

from .attempt import Failure
from .chain import STAGES, Options, Pipeline, clean
from .document import Block, Document, Edit, Entity, Flag, Relation
from .errors import ConfigError, PharmacleanError, ReadError

__all__ = [
    "STAGES", "Block", "ConfigError", "Document", "Edit", "Entity", "Failure", "Flag", "Options", "PharmacleanError", "Pipeline",
    "ReadError", "Relation", "clean",
]  # fmt: skip
