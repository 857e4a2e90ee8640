"""Readers of publishers' own files, and what makes one lexicon of them.

Each source is a module with a `CODE` (how tables name it) and a generator `read(files)` of entries.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from typing import NamedTuple

from ...errors import ConfigError
from .source import Entry, Files


class SourceKind(NamedTuple):
    """What a source is and which files it wants."""

    what: str
    expects: str


SOURCES = {
    "rxnorm": SourceKind("RxNorm of the US National Library of Medicine", "RXNCONSO.RRF, RXNREL.RRF, RXNSAT.RRF (folder or zip)"),
    "ndc": SourceKind("FDA National Drug Code directory", "product.txt"),
    "drugsatfda": SourceKind("Drugs@FDA", "Products.txt"),
    "orangebook": SourceKind("FDA Orange Book", "products.txt"),
    "drugbank": SourceKind("DrugBank open vocabulary", "drugbank vocabulary.csv"),
    "ema": SourceKind("European Medicines Agency, table of medicines", "medicines_output_medicines_en.xlsx"),
    "dpd": SourceKind("Health Canada, Drug Product Database", "drug.txt, ingred.txt (folder or zip)"),
    "dmd": SourceKind("NHS dictionary of medicines and devices", "f_vtm*, f_vmp*, f_amp*, f_ingredient*.xml (folder or zip)"),
    "bdpm": SourceKind("Base de données publique des médicaments", "CIS_bdpm.txt, CIS_COMPO_bdpm.txt"),
    "atc": SourceKind("WHO ATC index", "a CSV with atc_code and atc_name"),
    "table": SourceKind("any table of names and compositions", "a CSV or TSV with a header"),
}


def code_of(source: str) -> str:
    """How tables name the source.

    >>> code_of("dpd")
    'hc'
    """
    return str(import_module(f".{source}", __package__).CODE)


def read_source(files: Files) -> Iterator[Entry]:
    """The entries of a source, then the rows that were cut short."""
    if files.source not in SOURCES:
        raise ConfigError(f"unknown source {files.source!r}", f"known: {', '.join(SOURCES)}")
    yield from import_module(f".{files.source}", __package__).read(files)
    yield from files.short
