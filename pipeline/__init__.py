"""Clean scraped medicine articles: boilerplate off, drug names normalized, entities as JSON."""

__version__ = "0.1.0"
