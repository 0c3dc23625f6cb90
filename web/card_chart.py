"""Draws what was free to sell and what was out, over time, as a small chart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from stock.course import REACH, Course, Sample
from web.formats import moment, number
from web.language import gettext

WIDTH = 1000
HEIGHT = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """A chart in a box of ``WIDTH`` by ``HEIGHT``, drawn as wide as there is room."""

    available: str
    """Points of the line, as SVG wants them."""
    out: str
    zero: float
    """How far down the line of zero units lies."""
    top: int
    bottom: int
    begin: datetime
    end: datetime
    told: str
    """The same in a sentence, for who does not see it."""
    note: str
    """What the chart leaves out."""


def draw_chart(course: Course, *, end: datetime) -> Chart | None:
    """Return the chart of a SKU's course up to a moment; none without movements."""
    if not course.samples:
        return None
    last = course.samples[-1]
    samples = [*course.samples, Sample(max(end, last.at), last.available, last.out)]
    values = [n for sample in samples for n in (sample.available, sample.out)]
    top, bottom = max(1, *values), min(0, *values)
    scale = _Scale(samples[0].at, samples[-1].at, top, bottom)
    note = gettext("The chart shows the last %(n)s movements.", n=number(REACH))
    return Chart(
        available=scale.steps([(s.at, s.available) for s in samples]),
        out=scale.steps([(s.at, s.out) for s in samples]),
        zero=scale.down(0),
        top=top,
        bottom=bottom,
        begin=samples[0].at,
        end=samples[-1].at,
        told=_told(samples),
        note="" if course.is_whole else note,
    )


@dataclass(frozen=True, slots=True)
class _Scale:
    begin: datetime
    end: datetime
    top: int
    bottom: int

    def right(self, at: datetime) -> float:
        whole = (self.end - self.begin).total_seconds()
        part = (at - self.begin).total_seconds()
        return round(WIDTH * part / whole, 1) if whole else 0.0

    def down(self, value: int) -> float:
        return round(HEIGHT * (self.top - value) / (self.top - self.bottom), 1)

    def steps(self, points: Sequence[tuple[datetime, int]]) -> str:
        """A number holds until the next one comes: straight, then up or down."""
        corners = []
        height = self.down(points[0][1])
        for at, value in points:
            right = self.right(at)
            corners.append(f"{right},{height}")
            height = self.down(value)
            corners.append(f"{right},{height}")
        return " ".join(corners)


def _told(samples: Sequence[Sample]) -> str:
    available = [sample.available for sample in samples]
    out = [sample.out for sample in samples]
    return gettext(
        "From %(begin)s to %(end)s: free to sell went from %(first)s to %(last)s, at"
        " least %(least)s and at most %(most)s; out went from %(out_first)s to"
        " %(out_last)s, at most %(out_most)s.",
        begin=moment(samples[0].at),
        end=moment(samples[-1].at),
        first=number(available[0]),
        last=number(available[-1]),
        least=number(min(available)),
        most=number(max(available)),
        out_first=number(out[0]),
        out_last=number(out[-1]),
        out_most=number(max(out)),
    )
