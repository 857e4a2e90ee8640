"""The stages in their order, ready to run over many documents."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from . import __version__
from .attempt import NO_LIMITS, Failure, attempt
from .document import Document
from .engine.limits import Limits
from .errors import ConfigError
from .lexicon.countries import asked_country
from .reading import Raw, read

if TYPE_CHECKING:
    from bs4 import Tag

Stage: TypeAlias = Callable[[Document], Document]

#: Editing stages first, annotating ones after. A stage's name is its module, its function, its word on the command line.
STAGES = ("repair_text", "strip_boilerplate", "find_sections", "normalize_drugs", "extract_entities", "relate_entities", "assess")


@dataclass(frozen=True)
class Options:
    """What a run can be told; the same options and the same bytes give the same record.

    skip: stages left out. lexicon: tables of names laid over the shipped ones. country: ISO code
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
        unknown = sorted(set(self.skip) - set(STAGES))
        if unknown:
            raise ConfigError(f"unknown stage {', '.join(unknown)}", f"stages are: {', '.join(STAGES)}")
        if self.country:
            object.__setattr__(self, "country", asked_country(self.country))


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

    def __call__(self, source: str | bytes | Path | Tag | Raw) -> Document:
        """Read and clean one document. Raises ReadError for what cannot be read."""
        document = read(source)
        for stage in self._stages:
            document = stage(document)
        return replace(document, pipeline=self._about)

    def attempt(self, raw: Raw, limits: Limits = NO_LIMITS) -> Document | Failure:
        """Like a call, with whatever goes wrong as a value: one bad page must not stop a batch."""
        return attempt(raw, self, limits)

    def stream(self, inputs: Iterable[Raw], limits: Limits = NO_LIMITS) -> Iterator[Document | Failure]:
        """Documents and failures in the order of the inputs; the limits are those of one document."""
        return (self.attempt(raw, limits) for raw in inputs)

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
    source: str | bytes | Path | Tag,
    *,
    skip: Sequence[str] = (),
    lexicon: Sequence[Path] = (),
    country: str | None = None,
    usan: bool = False,
) -> Document:
    """Clean one document; the options are those of `Options`. For many documents build a `Pipeline` once."""
    return Pipeline(Options(tuple(skip), tuple(lexicon), country, usan))(source)
