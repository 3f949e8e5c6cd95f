"""Words to search by: how text is folded, and the pieces of three letters by which an index finds it. Pure.

PostgreSQL's own GIN index over numbers serves, so that no extension is needed: each piece is a number made of the
shop and the letters, and so what one shop searches for never touches what another shop's subscriptions hold.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from hashlib import blake2b
from itertools import pairwise

MOST_TERMS, LONGEST_TERM = 8, 60
_LETTERS = str.maketrans({"ø": "o", "æ": "ae", "œ": "oe", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i"})
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa"})
_WORD = re.compile(r"[^\W_]+")
_PHONE = re.compile(r"\+?[\d\s()./-]{5,}")
_FIRST_OF_NO_SPACES = "\u2e80"
"""From here on stand the scripts that put no space between words: each of their letters may begin one."""


def fold(text: str) -> str:
    """Return text without capitals and accents: what is stored and what is typed are compared like this."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    kept = "".join(letter for letter in apart if not unicodedata.combining(letter) and letter != "\0")
    return unicodedata.normalize("NFC", kept.casefold()).translate(_LETTERS)


def spellings(text: str) -> list[str]:
    """Return a name as it is folded, and as it is written where a keyboard has no ä, ö, ü and å."""
    written_out = fold(unicodedata.normalize("NFC", text.casefold()).translate(_UMLAUTS))
    return list(dict.fromkeys([fold(text), written_out]))


def digits(phone: str) -> str:
    """Return a phone number's digits alone."""
    return "".join(letter for letter in phone if letter.isascii() and letter.isdigit())


def terms(typed: str) -> list[str]:
    """Return what has to be found, all of it: the words of a search, or one phone number however it is written."""
    folded = fold(typed).strip()
    number = digits(folded)
    if len(number) >= 5 and not folded.isdigit() and _PHONE.fullmatch(folded):
        return [number.lstrip("0") or number]
    words = (word.lstrip("#")[:LONGEST_TERM] for word in folded.split())
    return list(dict.fromkeys(word for word in words if _WORD.search(word)))[:MOST_TERMS]


def of_text(text: str) -> set[str]:
    """Return the pieces of a folded text: threes of letters, beginnings of words ("^a", "^ad"), ends ("ce$")."""
    return {piece for word in words(text) for piece in _pieces(word)}


def of_term(term: str) -> set[str]:
    """Return the pieces that every text has in which this term stands: anywhere, or up to two letters at a word's
    beginning."""
    found: set[str] = set()
    for at, word in enumerate(words(term)):
        if len(word) > 2:
            found |= set(_threes(word))
        elif at or word == term:
            found.add(f"^{word}")
    return found


def halves(term: str) -> list[set[str]]:
    """Return the pieces of each part of a word of which one is as it was, though a letter (of ten and more: two
    letters) was mistyped; nothing for words of less than four letters."""
    if len(term) < 4 or not _WORD.fullmatch(term):
        return []
    parts = 2 if len(term) < 10 else 3
    cuts = [len(term) * number // parts for number in range(parts + 1)]
    found = []
    for start, end in pairwise(cuts):
        part = set(_threes(term[start:end]))
        if start == 0:
            part.add(f"^{term[:2]}")
        if end == len(term):
            part.add(f"{term[-2:]}$")
        found.append(part)
    found.append({f"^{term[:1]}", f"{term[-2:]}$"})  # two letters swapped in the middle of a short word
    return found


def words(text: str) -> list[str]:
    """Return the words of a folded text."""
    return _WORD.findall(text)


def numbers(shop_id: int, pieces: Iterable[str]) -> list[int]:
    """Return the signed 64-bit number of each piece in this shop, sorted."""
    return sorted({number(shop_id, piece) for piece in pieces})


def number(shop_id: int, piece: str) -> int:
    """Return the number of one piece in this shop."""
    made = blake2b(f"{shop_id}\x1f{piece}".encode(), digest_size=8).digest()
    return int.from_bytes(made, "big", signed=True)


def distance(one: str, other: str, most: int) -> int:
    """Return how many letters are mistyped (one more, one less, another one, two swapped); `most` + 1 for more."""
    if abs(len(one) - len(other)) > most or len(set(one) - set(other)) > most:
        return most + 1  # each letter that the other lacks is a mistake of its own
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        new = [i]
        for j, b in enumerate(other, 1):
            cost = min(row[j] + 1, new[j - 1] + 1, row[j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                cost = min(cost, before[j - 2] + 1)
            new.append(cost)
        if min(new) > most:
            return most + 1
        before, row = row, new
    return min(row[-1], most + 1)


def mistakes(term: str) -> int:
    """Return how many mistyped letters a word may have."""
    return 0 if len(term) < 4 else 1 if len(term) < 10 else 2


def _pieces(word: str) -> Iterator[str]:
    yield f"^{word[:1]}"
    yield f"^{word[:2]}"
    if len(word) > 1:
        yield f"{word[-2:]}$"
    yield from _threes(word)
    for at, letter in enumerate(word):
        if letter >= _FIRST_OF_NO_SPACES:
            yield f"^{letter}"
            yield f"^{word[at : at + 2]}"


def _threes(word: str) -> Iterator[str]:
    return (word[at : at + 3] for at in range(len(word) - 2))
