"""Writes the word graphs that filters/wordgraph.py reads.

Does not know where words come from. Needs some 30 s and 1 GiB for 700,000 words.
"""

from __future__ import annotations

import zlib
from array import array
from collections.abc import Mapping

_LETTERS = 128
_TRIES = 300

Node = tuple[int, tuple[tuple[int, int], ...]]
"""What ends here, and (letter, number of the next node) of each edge, by letter."""


def _automaton(words: Mapping[str, int]) -> tuple[list[Node], int]:
    """The minimal automaton of words and what ends behind them: its nodes, and the first one."""
    nodes: list[Node] = []
    number: dict[Node, int] = {}

    def settle(ends: int, edges: list[tuple[int, int]]) -> int:
        node = (ends, tuple(edges))
        if node not in number:
            number[node] = len(nodes)
            nodes.append(node)
        return number[node]

    # The last word's nodes, from the first letter on: what ends there, its settled edges.
    open_ends: list[int] = [0]
    open_edges: list[list[tuple[int, int]]] = [[]]
    last = ""

    def close(length: int) -> None:
        while len(open_ends) > length + 1:
            settled = settle(open_ends.pop(), open_edges.pop())
            open_edges[-1].append((ord(last[len(open_ends) - 1]), settled))

    for word in sorted(words):
        same = next(
            (i for i, (a, b) in enumerate(zip(word, last, strict=False)) if a != b),
            min(len(word), len(last)),
        )
        close(same)
        for _ in word[same:]:
            open_ends.append(0)
            open_edges.append([])
        open_ends[-1] = words[word]
        last = word
    close(0)
    return nodes, settle(open_ends[0], open_edges[0])


class _Room:
    """The places of the double array: which are free, which bases are taken."""

    def __init__(self) -> None:
        self.free: list[int] = []
        self.taken = bytearray()
        self.bases = bytearray()

    def grow(self) -> None:
        size = len(self.taken)
        self.free += range(size, size + _LETTERS)
        self.taken += bytes(_LETTERS)
        self.bases += bytes(_LETTERS)

    def fits(self, base: int, node: Node, leaves: set[int]) -> bool:
        if base >= len(self.bases) or self.bases[base]:
            return False
        for letter, after in node[1]:
            place = base ^ letter
            # An edge to a leaf leads nowhere: the base that it seems to lead to stays unused.
            if self.taken[place] or (after in leaves and (self.bases[place] or place == base)):
                return False
        return True

    def put(self, base: int, node: Node, leaves: set[int]) -> None:
        self.bases[base] = 1
        for letter, after in node[1]:
            self.taken[base ^ letter] = 1
            if after in leaves:
                self.bases[base ^ letter] = 1

    def base_for(self, node: Node, leaves: set[int]) -> int:
        first = node[1][0][0]
        while True:
            self.free = [p for p in self.free[:_TRIES] if not self.taken[p]] + self.free[_TRIES:]
            for place in self.free[:_TRIES]:
                if self.fits(place ^ first, node, leaves):
                    return place ^ first
            if len(self.free) > _TRIES:
                # What fits nothing by now is left empty.
                del self.free[: _TRIES // 4]
            else:
                self.grow()


def pack(words: Mapping[str, int]) -> bytes:
    """The bytes of a graph: word (lower-case ASCII letters) -> what ends behind it (1 to 3)."""
    nodes, root = _automaton(words)
    leaves = {i for i, node in enumerate(nodes) if not node[1]}
    room, bases = _Room(), {}
    room.grow()
    # The reader begins at base 0.
    if nodes[root][1]:
        room.put(0, nodes[root], leaves)
    bases[root] = 0
    waiting = [root]
    while waiting:
        for _, after in reversed(nodes[waiting.pop()][1]):
            if after not in bases and after not in leaves:
                bases[after] = room.base_for(nodes[after], leaves)
                room.put(bases[after], nodes[after], leaves)
                waiting.append(after)
    units = array("I", bytes(4 * len(room.taken)))
    for node, base in bases.items():
        for letter, after in nodes[node][1]:
            place = base ^ letter
            way = place ^ bases[after] if after in bases else 0
            units[place] = way << 9 | nodes[after][0] << 7 | letter
    planes = b"".join(bytes(unit >> shift & 255 for unit in units) for shift in (0, 8, 16, 24))
    return zlib.compress(planes, 9)
