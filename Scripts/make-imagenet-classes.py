"""Writes the compact list of ImageNet's classes into Sources/Inference/ImageNetClasses+Table.swift.

    python3 Scripts/make-imagenet-classes.py imagenet_class_index.json

The file is Keras's public class index: {"0": ["n01440764", "tench"], ...}. A class is written as the digits of its synset, a
colon and its name.
"""
import json
import sys
import textwrap
from pathlib import Path

index = json.loads(Path(sys.argv[1]).read_text())
rows = [index[str(number)] for number in range(1000)]
assert all(synset[0] == "n" and len(synset) == 9 and not any(c.isspace() for c in name) for synset, name in rows)
text = textwrap.fill(" ".join(f"{synset[1:]}:{name}" for synset, name in rows), 106, break_on_hyphens=False,
                     break_long_words=False)
path = Path(__file__).resolve().parents[1] / "Sources/Inference/ImageNetClasses+Table.swift"
path.write_text(f'''// Written by Scripts/make-imagenet-classes.py from the public class index.

extension ImageNetClasses {{
  /// The thousand classes in the order of every published network's outputs: synset without its `n`, name.
  static let table = """
{textwrap.indent(text, "    ")}
    """
}}
''')
