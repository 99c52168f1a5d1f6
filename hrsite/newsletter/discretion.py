"""What a plain letter may hold of the coach's own words: nothing that tells an onlooker."""

import re

# Beginnings of words by which an onlooker would know. Too many are better than too few: what they
# cost is a line of the letter, whose link leads to the whole.
_TELLING = re.compile(
    "addict|alcohol|benzo|booze|clean and|cocaine|coke|crack|craving|dealer|detox|dope|drink|drug"
    "|drunk|fentanyl|hangover|harm|hep c|heroin|high|hiv|inject|kratom|meth|naloxone|narcan|needle"
    "|opiate|opioid|overdos|pill|recover|reduc|rehab|relaps|safer|smoke|sober|sponsor|stoned|suboxone"
    "|substance|syringe|treatment|using|weed|withdrawal|12.step|twelve.step",
    re.IGNORECASE,
)
# An address on the web, or a number to call: no sentence, and nobody can join without it.
_WAY_IN = re.compile(r"https?://[^\s<>]+[^\s<>.,:;!?)\]]|\+?\d[\d ()./-]{5,}\d")


def is_telling(text: str) -> bool:
    """Would these words tell an onlooker what a letter is about?"""
    return _TELLING.search(text) is not None


def quiet(text: str) -> str:
    """The text as it is, if it tells nothing; otherwise only the ways in that stand in it."""
    if not is_telling(text):
        return text
    return ", ".join(way for way in _WAY_IN.findall(text) if not is_telling(way))
