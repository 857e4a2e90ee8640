"""Countries as their ISO codes of two letters, and what people write instead."""

from __future__ import annotations

from ..errors import ConfigError

#: ISO 3166-1 alpha-2: the first letter and those that follow it.
COUNTRIES = frozenset(
    letters[0] + second
    for letters in (
        "ADEFGILMOQRSTUWXZ", "BABDEFGHIJLMNOQRSTVWYZ", "CACDFGHIKLMNORUVWXYZ", "DEJKMOZ", "ECEGHRST", "FIJKMOR",
        "GABDEFGHILMNPQRSTUWY", "HKMNRTU", "IDELMNOQRST", "JEMOP", "KEGHIMNPRWYZ", "LABCIKRSTUVY", "MACDEFGHKLMNOPQRSTUVWXYZ",
        "NACEFGILOPRUZ", "OM", "PAEFGHKLMNRSTWY", "QA", "REOSUW", "SABCDEGHIJKLMNORSTVXYZ", "TCDFGHJKLMNORTVWZ", "UAGMSYZ",
        "VACEGINU", "WFS", "YET", "ZAMW",
    )
    for second in letters[1:]
)  # fmt: skip
_MISTAKEN = {"UK": "GB", "EN": "GB", "EL": "GR", "USA": "US"}


def country_code(told: str) -> str:
    """The code that is meant, or nothing.

    >>> country_code("in"), country_code("UK"), country_code("India")
    ('IN', 'GB', '')
    """
    code = told.strip().upper()
    return _MISTAKEN.get(code, code if code in COUNTRIES else "")


def asked_country(told: str) -> str:
    """The code of a country that a user named. Raises ConfigError."""
    if not (code := country_code(told)):
        raise ConfigError(
            f"{told!r} is no country code", "ISO codes have two letters: IN (India), GB (United Kingdom), US, CA, AU, DE, FR, ES, BR …"
        )
    return code
