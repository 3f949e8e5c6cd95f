"""Makes the picture of a page small: 256 colours are enough for it, and its file is a third then.

Reads and writes PNG as a browser writes a screenshot (RFC 2083: eight bits a channel, not interlaced), since nothing
else here needs a library for pictures.
"""

from __future__ import annotations

import struct
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

SIGNATURE = b"\x89PNG\r\n\x1a\n"
CHANNELS = {2: 3, 6: 4}
"""Colour type → bytes of a pixel: red, green, blue, and for type 6 how opaque it is, which a page is."""
MOST = 256


def shrink(path: Path, tallest: int = 4000) -> None:
    """Write a PNG anew: its first `tallest` lines, in its commonest colours and the nearest of these for the rest."""
    chunks = list(_chunks(path.read_bytes()))
    wide, tall, _depth, kind = struct.unpack(">IIBB", chunks[0][1][:10])
    tall = min(tall, tallest)
    length = wide * CHANNELS[kind]
    data = zlib.decompress(b"".join(body for name, body in chunks if name == b"IDAT"))[: tall * (length + 1)]
    lines = [
        [line[at : at + 3] for at in range(0, len(line), CHANNELS[kind])]
        for line in _lines(data, length, CHANNELS[kind])
    ]
    counted = Counter(pixel for line in lines for pixel in line)
    palette = _palette(counted)
    place = {colour: _nearest(colour, palette) for colour in counted}
    drawn = b"".join(b"\0" + bytes(map(place.__getitem__, line)) for line in lines)
    head = struct.pack(">IIBBBBB", wide, tall, 8, 3, 0, 0, 0)
    parts = ((b"IHDR", head), (b"PLTE", b"".join(palette)), (b"IDAT", zlib.compress(drawn, 9)), (b"IEND", b""))
    path.write_bytes(SIGNATURE + b"".join(_chunk(*part) for part in parts))


def _palette(counted: Counter[bytes]) -> list[bytes]:
    """The commonest colour of each kind, so that a word in a rare colour keeps it, and then the commonest of all."""
    ordered = [colour for colour, _times in counted.most_common()]
    kinds: dict[tuple[int, ...], bytes] = {}
    for colour in ordered:
        kinds.setdefault(tuple(channel >> 5 for channel in colour), colour)
    return list(dict.fromkeys([*kinds.values(), *ordered]))[:MOST]


def _nearest(colour: bytes, palette: list[bytes]) -> int:
    red, green, blue = colour

    def distance(at: int) -> int:
        other = palette[at]
        return abs(other[0] - red) + abs(other[1] - green) + abs(other[2] - blue)

    return min(range(len(palette)), key=distance)


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = len(SIGNATURE)
    while at < len(data):
        (size,) = struct.unpack(">I", data[at : at + 4])
        yield data[at + 4 : at + 8], data[at + 8 : at + 8 + size]
        at += 12 + size


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def _lines(data: bytes, length: int, step: int) -> Iterator[bytes]:
    """The pixels line by line, without the filters by which each was written."""
    above = bytes(length)
    for start in range(0, len(data), length + 1):
        line = bytearray(data[start + 1 : start + 1 + length])
        _unfilter(data[start], line, above, step)
        above = bytes(line)
        yield above


def _unfilter(kind: int, line: bytearray, above: bytes, step: int) -> None:
    if kind == 0:
        return
    guess = _GUESSES[kind]
    before = bytes(step) + above
    for at in range(len(line)):
        left = line[at - step] if at >= step else 0
        line[at] = (line[at] + guess(left, above[at], before[at])) & 255


def _paeth(left: int, up: int, corner: int) -> int:
    likely = left + up - corner
    return min((left, up, corner), key=lambda each: abs(likely - each))


_GUESSES: dict[int, Callable[[int, int, int], int]] = {
    1: lambda left, _up, _corner: left,
    2: lambda _left, up, _corner: up,
    3: lambda left, up, _corner: (left + up) // 2,
    4: _paeth,
}
"""Filter → what a byte is thought to be, from those left of it, above it, and above on the left."""
