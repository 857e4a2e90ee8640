"""Characters that show nothing and change how what stands around them is shown or read.

Names and pages come from strangers: terminals, reports and the check of tables all look for these.
"""

#: For a class of a regular expression: controls but for tab and the ends of lines (Unicode's category Cc), and what turns the
#: direction of text (Unicode UAX 9).
CONTROLS = "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
#: Halves of a character, which cannot be printed.
HALVES = "\ud800-\udfff"
#: Joiners, and spaces of no width.
UNSEEN = "\u200b-\u200d\u2060-\u2065\ufeff"
