"""Writes Sources/Visualization/ColorMap+Tables.swift and the fixture its test compares with.

Run from the top of the repository; needs matplotlib and numpy as named in Scripts/requirements.txt.

The numbers are matplotlib's: viridis, magma and inferno by N. J. Smith and S. van der Walt, cividis by
J. R. Nunez, C. R. Anderton and R. S. Renslow (all released under CC0), and RdBu_r after ColorBrewer 2.0 by
C. A. Brewer (Apache-2.0). The diverging map is sampled at 255 colours, so that one of them is its middle.
"""

import matplotlib
import numpy as np

MAPS = [("viridis", 256), ("magma", 256), ("inferno", 256), ("cividis", 256), ("RdBu_r", 255)]
SWIFT = "Sources/Visualization/ColorMap+Tables.swift"
FIXTURE = "Tests/VisualizationTests/Fixtures/colormaps.npy"
COLUMNS = 16


def rows(table):
    for start in range(0, len(table), COLUMNS):
        yield "".join("%02x%02x%02x" % tuple(colour) for colour in table[start : start + COLUMNS])


def main():
    lines = [
        "// Written by Scripts/make-colormaps.py from matplotlib %s; do not edit." % matplotlib.__version__,
        "// viridis, magma, inferno, cividis: CC0, by their authors; diverging: RdBu after ColorBrewer 2.0 (Apache-2.0).",
        "",
        "extension ColorMap {",
        "  /// The colours from the lowest value to the highest, six hexadecimal digits (RGB) each.",
        "  enum Table {",
    ]
    values = np.linspace(0, 1, 1001)
    expected = []
    for name, count in MAPS:
        colormap = matplotlib.colormaps[name].resampled(count)
        table = colormap(np.arange(count), bytes=True)[:, :3]
        expected.append(colormap(values, bytes=True)[:, :3])
        label = "diverging" if name == "RdBu_r" else name
        lines.append('    static let %s = """' % label)
        lines += ["      " + row for row in rows(table)]
        lines.append('      """')
    lines += ["  }", "}", ""]
    with open(SWIFT, "w") as file:
        file.write("\n".join(lines))
    np.save(FIXTURE, np.stack(expected).astype(np.uint8))


main()
