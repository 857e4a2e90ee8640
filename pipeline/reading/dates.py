"""Dates as pages write them, to ISO 8601."""

from __future__ import annotations

import re
from datetime import date

# Month names and their common short forms, without dots. Languages: en es fr de pt it pl ru nl hi.
_MONTH_WORDS = """
1 january jan enero ene janvier janv januar jänner janeiro gennaio gen styczeń stycznia sty января январь янв januari
2 february feb febrero février févr fév februar fevereiro fev febbraio luty lutego lut февраля февраль фев februari feber fevrier февр
3 march mar marzo mars märz mär março marzec marca марта март maart mrt mrz maerz мар
4 april apr abril abr avril avr aprile kwiecień kwietnia kwi апреля апрель апр
5 may mayo mai maio mag maggio maj maja мая май mei
6 june jun junio juin juni junho giugno giu czerwiec czerwca cze июня июнь июн
7 july jul julio juillet juil juli julho luglio lug lipiec lipca lip июля июль июл
8 august aug agosto ago août aout sierpień sierpnia sie августа август авг augustus
9 september sep sept septiembre septembre setembro set settembre wrzesień września wrz сентября сентябрь сен setiembre sett сент
10 october oct octubre octobre oktober okt outubro out ottobre ott październik października paź октября октябрь окт
11 november nov noviembre novembre novembro listopad listopada lis ноября ноябрь ноя нояб
12 december dec diciembre dic décembre déc dezember dez dezembro dicembre grudzień grudnia gru декабря декабрь дек decembre
1 जनवरी जन
2 फ़रवरी फ़रवरी फरवरी फ़र फर
3 मार्च
4 अप्रैल अप्रै
5 मई
6 जून
7 जुलाई जुल
8 अगस्त अग
9 सितंबर सितम्बर सित
10 अक्टूबर अक्तूबर अक्टू
11 नवंबर नवम्बर नव
12 दिसंबर दिसम्बर दिस
"""
MONTHS = {word: int(line.split()[0]) for line in _MONTH_WORDS.strip().splitlines() for word in line.split()[1:]}

_ISO = re.compile(r"\b((?:19|20)\d\d)-(\d\d?)-(\d\d?)(?:[T ](\d\d:\d\d(?::\d\d)?)(?:\.\d{1,9})?(Z|[+-]\d\d:?\d\d)?)?")
_NUMBERS = re.compile(r"\b(\d{1,2})([./-])(\d{1,2})\2((?:19|20)\d\d)\b")
_YEAR_FIRST = re.compile(r"\b((?:19|20)\d\d)[./](\d{1,2})[./](\d{1,2})\b")
_WORD = r"([^\W\d_]{3,12}|[\u0900-\u0963]{2,12})[.\u0970]?"  # to Python, vowel signs of Devanagari are no letters
_DAY_MONTH = re.compile(
    r"\b(\d{1,2})(?:st|nd|rd|th|er|º|ª)?[.,]?[ \u00a0-]{1,2}(?:del? |of )?"  # 3rd of, 3 de, 3.
    rf"{_WORD},?[ \u00a0-]{{1,2}}(?:del? )?((?:19|20)\d\d)\b"  # May, mayo de, 2021
)
_MONTH_DAY = re.compile(rf"\b{_WORD}[ \u00a0]{{1,2}}(\d{{1,2}})(?:st|nd|rd|th)?,?[ \u00a0]{{1,2}}((?:19|20)\d\d)\b")

_MONTH_ALONE = re.compile(rf"{_WORD},?[ \u00a0]{{1,2}}((?:19|20)\d\d)|((?:19|20)\d\d)[ \u00a0-]{{1,2}}{_WORD}")


def find_date(text: str) -> str | None:
    """The first date in `text`, as YYYY-MM-DD (with the time where ISO text gives one), or None.

    Numbers alone are read day first, unless that is no date (the month is over 12).

    >>> [find_date(s) for s in ("2021-12-06T10:00:00Z", "Posted March 3, 2021", "16/05/2023", "3 de mayo de 2020", "May 2020")]
    ['2021-12-06T10:00:00Z', '2021-03-03', '2023-05-16', '2020-05-03', None]
    """
    iso = _ISO.search(text)
    if iso:
        day = _valid(iso[1], iso[2], iso[3])
        return f"{day}T{iso[4]}{iso[5] or ''}" if day and iso[4] else day
    if match := _NUMBERS.search(text):
        return _valid(match[4], match[3], match[1]) or _valid(match[4], match[1], match[3])
    if match := _YEAR_FIRST.search(text):
        return _valid(match[1], match[2], match[3])
    lower = text.lower()
    for pattern, day_group, month_group in ((_DAY_MONTH, 1, 2), (_MONTH_DAY, 2, 1)):
        for match in pattern.finditer(lower):
            month = MONTHS.get(match[month_group])
            if month:
                return _valid(match[3], str(month), match[day_group])
    return None


def find_month(text: str) -> str | None:
    """A month of a year that is all the text, as YYYY-MM, or None: journals give no day.

    >>> [find_month(s) for s in ("2008 Oct", "May 2020", "In May 2020 we moved", "2020")]
    ['2008-10', '2020-05', None, None]
    """
    match = _MONTH_ALONE.fullmatch(text.strip().lower())
    month = MONTHS.get(match[1] or match[4]) if match else None
    return f"{match[2] or match[3]}-{month:02}" if match and month else None


def _valid(year: str, month: str, day: str) -> str | None:
    try:
        return date(int(year), int(month), int(day)).isoformat()
    except ValueError:  # no day of the calendar
        return None
