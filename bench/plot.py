"""A chart of CPU per request; endpoints that hash passwords have a scale of their own."""

from collections.abc import Sequence
from pathlib import Path

import matplotlib

matplotlib.use("svg")
from matplotlib import pyplot

from bench.measure import Series
from bench.report import number

COLOURS = {"bare": "#b8b8b8", "ours": "#1f6f8b", "peer": "#e08e45"}
NAMES = {"bare": "a bare route", "ours": "Frontdesk", "peer": "FastAPI, async SQLAlchemy"}


def draw(series: Sequence[Series], file: Path) -> None:
    """Write the chart as SVG; the same numbers give the same bytes."""
    matplotlib.rcParams.update({"svg.hashsalt": "frontdesk", "svg.fonttype": "none", "font.size": 9})
    parts = [[one for one in series if one.endpoint.hashes is hashes] for hashes in (False, True)]
    shown = [part for part in parts if part]
    figure, axes = pyplot.subplots(
        len(shown), squeeze=False, height_ratios=[len(part) for part in shown], figsize=(8, 0.9 + 0.62 * len(series))
    )
    for part, axis in zip(shown, axes[:, 0], strict=True):
        for place, server in enumerate(COLOURS):
            heights = [one.cpu(server) for one in part]
            bars = axis.barh(
                [row + (place - 1) * 0.27 for row in range(len(part))],
                heights,
                height=0.25,
                color=COLOURS[server],
                label=NAMES[server],
            )
            axis.bar_label(bars, [number(height) for height in heights], padding=3, fontsize=8)
        axis.set_yticks(range(len(part)), [one.endpoint.title for one in part])
        axis.invert_yaxis()
        axis.margins(x=0.1)
        axis.spines[["top", "right"]].set_visible(False)
    axes[0, 0].legend(frameon=False, ncols=len(COLOURS), loc="lower left", bbox_to_anchor=(0, 1))
    axes[-1, 0].set_xlabel("CPU of the server per request, ms (lower is better)")
    figure.tight_layout()
    figure.savefig(file, metadata={"Date": None})
    pyplot.close(figure)
