"""What publishers say, led to our ingredients: who knows a name, what a brand holds, which ids an ingredient has."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from publishers import Fact, Listed, Product, Substance, fold

Row = dict[str, str]
Target = frozenset[str]


def parts_of(target: str) -> list[str]:
    """`amoxicillin + clavulanic acid` as a list."""
    return [part.strip() for part in target.split(" + ")]


def target_set(target: str) -> Target:
    """The same without the order, to compare."""
    return frozenset(parts_of(target))


class Names:
    """Leads a name as a publisher writes it to our ingredient: `LOSARTAN POTASSIUM` to `losartan`.

    Our own tables come first. `bridges` holds synonyms learned from a publisher (the French names, for example).
    """

    def __init__(self, ingredients: Iterable[str], synonyms: Iterable[Row], salts: Iterable[str]) -> None:
        self.ingredients = {fold(name): name for name in ingredients}
        self.synonyms: dict[str, list[str]] = {}
        for row in synonyms:
            if row["kind"] != "class":
                self.synonyms.setdefault(fold(row["surface"]), parts_of(row["target"]))
        self.salts = frozenset(salts)
        self.bridges: dict[str, str] = {}

    def direct(self, name: str) -> list[str] | None:
        """What our own tables say, without taking anything off."""
        key = fold(name)
        return [self.ingredients[key]] if key in self.ingredients else self.synonyms.get(key)

    def resolve(self, name: str) -> list[str]:
        """Our ingredients for a publisher's name, or `["?name"]`: the mark says that we do not have it."""
        for form in self._forms(fold(name)):
            known = self.direct(form)
            if known is None and form in self.bridges:
                known = [self.bridges[form]]
            if known is not None:
                return known
        return ["?" + fold(name)]

    def _forms(self, name: str) -> Iterator[str]:
        """The name, then the name without its bracket, its four-letter biologic suffix, its salt words."""
        yield name
        bare = " ".join(re.sub(r"\([^()]*\)|\[[^\]]*\]|\(.*$", " ", name).split()) or name
        yield bare
        yield re.sub(r"-[a-z]{4}$", "", bare)
        words = bare.replace(",", " ").split()
        while len(words) > 1 and (words[-1] in self.salts or words[0] in self.salts):
            words = words[:-1] if words[-1] in self.salts else words[1:]
            yield " ".join(words)
        yield " ".join(word.removesuffix("e") for word in words)  # French: metformine, insuline glargine
        yield bare.split(",")[0]


FORM_WORDS = re.compile(
    r"(?:[ ,-]+(?:tablets?|tabs?|capsules?|caplets?|cream|gel|ointment|lotion|injection|suspension|syrup|solution|inj|usp|oral|"
    r"topical|spray|drops|nasal|ophthalmic|for|powder|kit|liquid|elixir|suppositor(?:y|ies)|patch|vial))+$"
)


def brand_keys(brand: str) -> set[str]:
    """A printed product name, and the same without strength and form: `SOMA 350 MG TABLETS` → also `soma`."""
    full = fold(brand)
    cut = re.sub(r"[ ,]+\d.*$", "", full)
    return {full, cut, FORM_WORDS.sub("", full), FORM_WORDS.sub("", cut)} - {""}


STRENGTH_WORDS = re.compile(r"(?<![\w.])\d[\d.,/]*\s?(?:mg|mcg|ml|gm?|iu|%|k|mu|miu)?(?:/\S+)?(?!\S)")


def list_keys(name: str) -> set[str]:
    """Keys of a name in a list: without form and strength, letters and figures only: `Telma-H 40mg Tablet` → `telmah`, `telmah40mg`."""
    forms = brand_keys(name) | brand_keys(" ".join(STRENGTH_WORDS.sub(" ", fold(name)).split()))
    return {squeezed(form) for form in forms} - {""}


def squeezed(name: str) -> str:
    """Letters and figures only; lists write `Pan D`, `Pan-D` and `PanD`."""
    return re.sub(r"[\W_]+", "", fold(name).replace("+", "plus"))


@dataclass
class Evidence:
    """All facts, led to our ingredients."""

    names: Names
    substances: list[Substance] = field(default_factory=list)
    known: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))  # ingredient → sources
    spoken: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))  # folded name as printed → sources
    brands: dict[str, dict[str, set[Target]]] = field(default_factory=lambda: defaultdict(lambda: defaultdict(set)))
    atc: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    listed: dict[str, list[tuple[Target, Listed]]] = field(default_factory=lambda: defaultdict(list))
    listed_ingredients: set[str] = field(default_factory=set)

    def add(self, facts: Iterable[Fact]) -> None:
        """Take in what the readers yield."""
        for fact in facts:
            if isinstance(fact, Substance):
                self._hear(fact.source, fact.name)
                self.substances.append(fact)
            else:
                self._add_product(fact)

    def compare_with(self, entries: Iterable[Listed]) -> None:
        """Take in lists that confirm or contradict and are not named."""
        for entry in entries:
            target = frozenset(part for name in entry.ingredients for part in self.names.resolve(name))
            self.listed_ingredients |= target
            for key in list_keys(entry.brand):
                self.listed[key].append((target, entry))

    def confirmed(self, row: Row) -> bool:
        """A list gives the name just these ingredients."""
        ours = target_set(row["target"])
        return any(target == ours or (entry.partial and target < ours) for target, entry in self.listed.get(squeezed(row["surface"]), ()))

    def contradicted(self, row: Row) -> str:
        """What lists of the row's countries say instead, where they know the name, can be read, and none agrees."""
        mine = set(filter(None, row["countries"].split(";")))
        entries = self.listed.get(squeezed(row["surface"]), ())
        here = [target for target, entry in entries if not mine or mine & countries_of(entry)]
        readable = {" + ".join(sorted(target)) for target in here if not any(part.startswith("?") for part in target)}
        return " | ".join(sorted(readable)[:3]) if not self.confirmed(row) else ""

    def _hear(self, source: str, name: str) -> list[str]:
        resolved = self.names.resolve(name)
        self.spoken[fold(name)].add(source)
        if len(resolved) == 1:
            self.known[resolved[0]].add(source)
        return resolved

    def _add_product(self, product: Product) -> None:
        resolved = [self._hear(product.source, name) for name in product.ingredients]
        target = frozenset(part for parts in resolved for part in parts)
        for key in brand_keys(product.brand):
            self.brands[key][product.source].add(target)
        if product.atc and len(product.ingredients) == 1 and self.names.direct(product.ingredients[0]):
            self.atc[next(iter(target))].add(product.atc)


def countries_of(entry: Listed) -> set[str]:
    """ISO codes; empty where the list says nothing of countries."""
    return set(re.findall(r"\b[A-Z]{2}\b", entry.countries))


def learn_bridges(names: Names, substances: Iterable[Substance]) -> None:
    """Take a publisher's synonyms of what we know, where the synonym means one thing only."""
    meant: dict[str, set[str]] = defaultdict(set)
    for substance in substances:
        target = substance_target(names, substance)
        for synonym in (substance.name, *substance.synonyms):
            meant[fold(synonym)].add(target or "")
    for synonym, targets in meant.items():
        if len(targets) == 1 and (target := next(iter(targets))):
            names.bridges[synonym] = target


def substance_target(names: Names, substance: Substance) -> str | None:
    """Our ingredient for a publisher's entry: by its own name, else by one of its synonyms that is our name."""
    direct = names.direct(substance.name)
    if direct:
        return direct[0] if len(direct) == 1 else None
    found = {names.ingredients[fold(s)] for s in substance.synonyms if fold(s) in names.ingredients}
    return found.pop() if len(found) == 1 else None


def ids_by_ingredient(names: Names, substances: Iterable[Substance]) -> dict[str, Row]:
    """Ids of each ingredient: an entry of the very name lends first, then one of a synonym, then one by its synonyms."""
    ranked: dict[str, list[tuple[int, int, Substance]]] = defaultdict(list)
    for order, substance in enumerate(substances):
        target = substance_target(names, substance)
        if target:
            rank = 0 if fold(substance.name) == fold(target) else 1 if names.direct(substance.name) else 2
            ranked[target].append((rank + (0 if substance.base else 3), order, substance))
    ids: dict[str, Row] = {}
    for target, entries in ranked.items():
        ids[target] = {}
        for rank, _, substance in sorted(entries, key=lambda entry: (entry[0], entry[2].source, entry[1])):
            if rank > 3:  # a salt that bears a synonym of ours
                continue
            for key, value in substance.ids:
                ids[target].setdefault(key, value) if value else None
    return ids


def linked_by_drugbank(evidence: Evidence) -> dict[str, set[Target]]:
    """Each name of a DrugBank entry → the entries it stands in (as sets of folded names)."""
    links: dict[str, set[Target]] = defaultdict(set)
    for substance in evidence.substances:
        if substance.synonyms:
            entry = frozenset(fold(name) for name in (substance.name, *substance.synonyms))
            for name in entry:
                links[name].add(entry)
    return links
