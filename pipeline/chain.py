"""The stages in their order, ready to run over many documents."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any, TypeAlias

from . import __version__
from .attempt import NO_LIMITS, Failure, attempt
from .document import Document
from .engine.limits import Limits
from .errors import ConfigError
from .lexicon.countries import asked_country
from .reading import Source, as_raw, read

Stage: TypeAlias = Callable[[Document], Document]

#: Editing stages first, annotating ones after. A stage's name is its module, its function, its word on the command line.
STAGES = ("repair_text", "strip_boilerplate", "find_sections", "normalize_drugs", "extract_entities", "relate_entities", "assess")


@dataclass(frozen=True)
class Options:
    """What a run can be told; the same options and the same bytes give the same record.

    skip: stages left out. lexicon: tables of names laid over the shipped ones; one, or several. country: ISO code
    that decides between the meanings of a brand. usan: canonical names as in the USA. spacy_model: a
    pretrained spaCy model of the user's own, laid over the rules; spacy_labels: its labels in ours.
    templates: table of the lines that sites repeat, removed after `strip_boilerplate`; site: the key of
    all pages in it, else each page's own host or folder.
    """

    skip: tuple[str, ...] = ()
    lexicon: tuple[Path, ...] = ()
    country: str | None = None
    usan: bool = False
    spacy_model: str | None = None
    spacy_labels: tuple[tuple[str, str], ...] = ()
    templates: Path | None = None
    site: str | None = None

    def __post_init__(self) -> None:
        self._set("skip", _several(self.skip))
        self._set("lexicon", tuple(map(Path, _several(self.lexicon))))
        self._set("templates", Path(self.templates) if self.templates else None)
        unknown = sorted(set(self.skip) - set(STAGES))
        if unknown:
            raise ConfigError(f"unknown stage {', '.join(unknown)}", f"stages are: {', '.join(STAGES)}")
        if self.country:
            self._set("country", asked_country(self.country))

    def _set(self, name: str, value: Any) -> None:
        object.__setattr__(self, name, value)  # the only way into a frozen dataclass


def _several(told: Any) -> tuple[Any, ...]:
    """What was given as one thing or as several; a word must not fall into its letters."""
    return (told,) if isinstance(told, (str, Path)) else tuple(told)


@dataclass
class Pipeline:
    """The chain of stages; build it once, use it for many documents.

    >>> document = Pipeline(Options(skip=("extract_entities", "relate_entities")))("Isotroin 20mg clears acne in months.")
    >>> document.drugs[0].name
    'isotretinoin'
    """

    options: Options = field(default_factory=Options)

    def __post_init__(self) -> None:
        # The labeller's matrices are small: threads of BLAS only spin on them, which doubles a page's CPU time.
        # Read when numpy is first loaded, which is later than here.
        os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
        self.names = tuple(name for name in STAGES if name not in self.options.skip)
        self._about: Mapping[str, Any] = {"version": __version__, "lexicon": None, "stages": list(self.names)}
        self._stages = [self._stage(name) for name in self.names]

    def __call__(self, source: Source) -> Document:
        """Read and clean one document. Raises ReadError for what cannot be read."""
        document = read(source)
        for stage in self._stages:
            document = stage(document)
        return replace(document, pipeline=self._about)

    def attempt(self, source: Source, limits: Limits = NO_LIMITS) -> Document | Failure:
        """Like a call, with whatever goes wrong as a value: one bad page must not stop a batch."""
        return attempt(as_raw(source), self, limits)

    def stream(self, inputs: Iterable[Source], limits: Limits = NO_LIMITS) -> Iterator[Document | Failure]:
        """Documents and failures in the order of the inputs; the limits are those of one document."""
        return (self.attempt(source, limits) for source in inputs)

    def _stage(self, name: str) -> Stage:
        function: Callable[..., Document] = getattr(import_module(f".stages.{name}", __package__), name)
        if name == "strip_boilerplate" and self.options.templates:
            from .corpus.template_file import read_templates, with_templates

            return with_templates(function, read_templates(self.options.templates), self.options.site)
        if name == "extract_entities" and self.options.spacy_model:
            from .entities.outside import load_model

            return partial(function, model=load_model(self.options.spacy_model, dict(self.options.spacy_labels)))
        if name != "normalize_drugs":
            return function
        from .lexicon.lexicon import load_lexicon

        lexicon = load_lexicon(self.options.lexicon)
        self._about = {**self._about, "lexicon": lexicon.version}
        return partial(function, lexicon=lexicon, country=self.options.country, usan=self.options.usan)


def clean(
    source: Source,
    *,
    skip: Sequence[str] = (),
    lexicon: str | Path | Sequence[str | Path] = (),
    country: str | None = None,
    usan: bool = False,
    spacy_model: str | None = None,
    spacy_labels: Mapping[str, str] | None = None,
    templates: str | Path | None = None,
    site: str | None = None,
) -> Document:
    """Clean one document; the options are those of `Options`. For many documents build a `Pipeline` once.

    >>> clean("Panadol 500 mg is taken for fever.", usan=True, skip=["extract_entities"]).drugs[0].name
    'acetaminophen'
    """
    options = Options(
        skip=_several(skip),
        lexicon=_several(lexicon),
        country=country,
        usan=usan,
        spacy_model=spacy_model,
        spacy_labels=tuple((spacy_labels or {}).items()),
        templates=Path(templates) if templates else None,
        site=site,
    )
    return Pipeline(options)(source)
