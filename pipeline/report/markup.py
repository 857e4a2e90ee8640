"""A document as Markdown."""

from __future__ import annotations

import re

from ..document import Block, Document

_SPECIAL = re.compile(r"^(\s*)([#>+-]|\d+[.)])(?=\s)")


def to_markdown(document: Document) -> str:
    """Title and headings with #, lists with -, table rows with |, the rest as paragraphs."""
    out = ""
    before: Block | None = None
    for block in document.blocks:
        text = _block(block, document.block_text(block))
        tight = before and before.kind == block.kind and block.kind in ("list_item", "table_row")
        out += ("\n" if tight else "\n\n" if before else "") + text
        if block.kind == "table_row" and not tight:
            out += "\n" + "|" + " --- |" * (document.block_text(block).count("\t") + 1)
        before = block
    return out


def _block(block: Block, text: str) -> str:
    if block.kind == "title":
        return f"# {text}"
    if block.kind == "heading":
        return "#" * min(6, max(2, block.level or 2)) + f" {text}"
    if block.kind == "list_item":
        return "  " * ((block.level or 1) - 1) + (text if re.match(r"\d+[.)] ", text) else f"- {text}")
    if block.kind == "table_row":
        return "| " + " | ".join(cell.replace("|", "\\|") for cell in text.split("\t")) + " |"
    if block.kind == "quote":
        return f"> {text}"
    if block.kind == "code":
        return f"```\n{text}\n```"
    return _SPECIAL.sub(r"\1\\\2", text)
