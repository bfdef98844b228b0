"""A Picture as PNG, SVG or PDF, with matplotlib: for papers and slides. The same picture, the same bytes."""

from __future__ import annotations

from importlib import import_module
from io import BytesIO
from typing import TYPE_CHECKING, Any

from losscli.errors import LosscliError
from losscli.render.plot import axis_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from losscli.results.plot import Curve, Picture

# Okabe and Ito's colours, the darker first; each with a line of its own, for print without colour.
_COLORS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000", "#999999")
_DASHES: tuple[Any, ...] = (
    "-",
    (0, (5, 2)),
    (0, (1, 1.4)),
    (0, (6, 2, 1, 2)),
    (0, (3, 1.2)),
    (0, (8, 2, 1, 2, 1, 2)),
    (0, (9, 3)),
    (0, (2, 3)),
)
_STYLE = {
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans"],  # the one that comes with matplotlib: alike everywhere
    "font.size": 8.5,
    "axes.linewidth": 0.6,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.labelsize": 8.5,
    "axes.titlesize": 8.5,
    "axes.unicode_minus": True,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "xtick.major.size": 3,
    "ytick.major.size": 3,
    "legend.frameon": False,
    "legend.fontsize": 8.5,
    "lines.linewidth": 1.4,
    "svg.hashsalt": "losscli",
    "svg.fonttype": "path",
    "pdf.fonttype": 42,
}
_NO_DATE: dict[str, dict[str, Any]] = {
    "png": {"Software": None},
    "svg": {"Date": None},
    "pdf": {"CreationDate": None},
}
_WIDTH = 4.6  # inches
_HEIGHTS = {"loss": 2.3, "rows": 0.75, "gradient": 1.6}


def figure(picture: Picture, format: str) -> bytes:
    """`picture` as "png" (300 dots an inch), "svg" or "pdf".

    Raises LosscliError without matplotlib, or where there is nothing to draw.
    """
    if picture.why_not is not None:
        raise LosscliError(picture.why_not.rstrip("."), "--format plain shows what there is to say")
    matplotlib, figures = _matplotlib()
    with matplotlib.rc_context({**matplotlib.rcParamsDefault, **_STYLE, "backend": "agg"}):
        drawn = _drawn(picture, figures)
        out = BytesIO()
        drawn.savefig(out, format=format, dpi=300, metadata=_NO_DATE[format])
    return out.getvalue()


def _matplotlib() -> tuple[Any, Any]:
    try:
        return import_module("matplotlib"), import_module("matplotlib.figure")
    except ImportError:
        raise LosscliError(
            "png, svg and pdf need matplotlib, which is not installed",
            "pip install 'losscli[plot]', or take --format plain for a picture in the terminal",
        ) from None


def _drawn(picture: Picture, figures: Any) -> Any:
    panels = ["loss", *["rows"] * len(picture.histograms)]
    if picture.gradient_span is not None:
        panels.append("gradient")
    ratios = [_HEIGHTS[panel] for panel in panels]
    drawn = figures.Figure(figsize=(_WIDTH, sum(ratios) + 0.6), layout="constrained")
    axes = drawn.subplots(len(panels), 1, sharex=True, squeeze=False, height_ratios=ratios)[:, 0]
    _curves(axes[0], picture, [c.values for c in picture.curves], [c.jumps for c in picture.curves])
    axes[0].set_ylim(*_roomy(picture.loss_span))
    unit = "" if not picture.unit or picture.unit.startswith("none") else f" ({picture.unit})"
    axes[0].set_ylabel(f"loss{unit}")
    for bars, histogram in zip(axes[1:], picture.histograms, strict=False):
        bars.stairs(histogram.counts, histogram.edges, fill=True, color="#777777", linewidth=0)
        bars.set_ylabel(histogram.noun)
        if histogram.label:
            bars.text(0.5, 0.92, histogram.label, transform=bars.transAxes, ha="center", va="top")
    if picture.gradient_span is not None:
        slopes = [c.gradient for c in picture.curves]
        _curves(axes[-1], picture, slopes, [c.gradient_jumps for c in picture.curves])
        axes[-1].axhline(0, color="#999999", linewidth=0.5, zorder=0)
        axes[-1].set_ylim(*_roomy(picture.gradient_span))
        axes[-1].set_ylabel("gradient")
    drawn.align_ylabels(axes)
    axes[-1].set_xlim(picture.low, picture.high)
    axes[-1].set_xlabel(axis_words(picture))
    if len(picture.curves) > 1:
        columns = 2 if max(len(curve.label) for curve in picture.curves) > 14 else 4
        drawn.legend(*axes[0].get_legend_handles_labels(), loc="outside upper center", ncols=columns)
    else:
        axes[0].set_title(picture.title, loc="left")
    return drawn


def _curves(axes: Any, picture: Picture, heights: Sequence[Any], jumps: Sequence[tuple[float, ...]]) -> None:
    for number, (curve, y, gaps) in enumerate(zip(picture.curves, heights, jumps, strict=True)):
        if y is None:
            continue
        color, dashes = _COLORS[number % len(_COLORS)], _DASHES[number % len(_DASHES)]
        for i, (xs, ys) in enumerate(_pieces(curve, y.tolist(), gaps)):
            label = curve.label if i == 0 else None
            axes.plot(xs, ys, color=color, linestyle=dashes, label=label, zorder=3 - 0.1 * number)


def _pieces(curve: Curve, y: list[float], jumps: tuple[float, ...]) -> list[tuple[list[float], list[float]]]:
    """The curve in runs that are joined: parted at its jumps. NaN and infinity part a run by themselves."""
    runs: list[tuple[list[float], list[float]]] = [([], [])]
    x = curve.x.tolist()
    for i, (place, height) in enumerate(zip(x, y, strict=True)):
        if i and any(x[i - 1] <= jump <= place for jump in jumps):
            runs.append(([], []))
        runs[-1][0].append(place)
        runs[-1][1].append(height if abs(height) != float("inf") else float("nan"))
    return runs


def _roomy(span: tuple[float, float]) -> tuple[float, float]:
    """A little more than the span, so that a line along its end is seen whole."""
    room = 0.03 * (span[1] - span[0])
    return span[0] - room, span[1] + room
