"""Bars as inline SVG beside text: no script, no library, and readable at any width."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from .html import shown


def bars(title: str, rows: Sequence[tuple[str, Mapping[str, float], str]], note: str = "", *, wide: bool = False) -> str:
    """Horizontal bars: (name, length by class of colour, what stands at the end), scaled to the longest row; `wide` for long names.

    >>> "<rect" in bars("Pages", [("a.example", {"cleaned": 3}, "3 pages")])
    True
    """
    longest = max((sum(parts.values()) for _, parts, _ in rows), default=0) or 1
    lines = "".join(_bar(name, parts, told, longest) for name, parts, told in rows) or '<tr><td class="quiet">none</td></tr>'
    small = f'<p class="quiet">{shown(note)}</p>' if note else ""
    return f'<figure class="chart{" wide" if wide else ""}"><figcaption>{shown(title)}</figcaption><table>{lines}</table>{small}</figure>'


def _bar(name: str, parts: Mapping[str, float], told: str, longest: float) -> str:
    rects, here = "", 0.0
    for colour, value in parts.items():
        width = 100 * value / longest
        rects += f'<rect class="{shown(colour)}" x="{here:.2f}" width="{width:.2f}" height="10"/>'
        here += width
    picture = f'<svg viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">{rects}</svg>'
    head = f'<th scope="row" title="{shown(name)}">{shown(name)}</th>'
    return f'<tr>{head}<td class="bar">{picture}</td><td class="told">{shown(told)}</td></tr>'


def columns(title: str, counts: Sequence[int], ends: tuple[str, str], unit: str) -> str:
    """Upright bars for a distribution; `ends` name the ends of its axis."""
    highest, width = max([*counts, 1]), 100 / max(1, len(counts))
    rects = "".join(
        f'<rect class="cleaned" x="{i * width + 0.4:.2f}" y="{60 - 60 * n / highest:.2f}" width="{width - 0.8:.2f}"'
        f' height="{60 * n / highest:.2f}"><title>{n:,} {shown(unit)}</title></rect>'
        for i, n in enumerate(counts)
    )
    picture = f'<svg class="columns" viewBox="0 0 100 60" preserveAspectRatio="none" role="img" aria-label="{shown(title)}">{rects}</svg>'
    axis = f'<p class="axis"><span>{shown(ends[0])}</span><span>{shown(ends[1])}</span></p>'
    return f'<figure class="chart"><figcaption>{shown(title)}</figcaption>{picture}{axis}</figure>'


def legend(names: Mapping[str, str]) -> str:
    """Colours of the classes, with what they mean on hover."""
    items = "".join(f'<li title="{shown(meaning)}"><i class="{shown(name)}"></i>{shown(name)}</li>' for name, meaning in names.items())
    return f'<ul class="colours">{items}</ul>'
