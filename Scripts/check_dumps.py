"""Reads what `fovea activations --dump` wrote with numpy, h5py, safetensors and pandas, and compares the four.

    python Scripts/check_dumps.py FOVEA MODEL INPUT LAYER[,LAYER...]

FOVEA is the built tool. Needs numpy, h5py, safetensors and pandas as named in Scripts/requirements.txt. Ends with status 1
where a value, a shape or the metadata differ.
"""

import json
import pathlib
import subprocess
import sys
import tempfile
import zipfile

import h5py
import numpy as np
import pandas as pd
from safetensors import safe_open


def main(fovea, model, source, layers):
    names = layers.split(",")
    stem = pathlib.Path(source).stem
    with tempfile.TemporaryDirectory() as folder:
        for kind in ["npz", "h5", "safetensors", "csv"]:
            subprocess.run(
                [fovea, "activations", model, source, "--layers", layers, "--no-sheets", "--dump", kind, "-o", folder],
                check=True, stdout=subprocess.DEVNULL)
        base = pathlib.Path(folder) / stem
        arrays = np.load(f"{base}.npz")
        comment = json.loads(zipfile.ZipFile(f"{base}.npz").comment)
        sheet = json.load(open(base / "metadata.json"))
        with h5py.File(f"{base}.h5") as h5, safe_open(f"{base}.safetensors", "np") as safe:
            attributes = {key: str(value) for key, value in h5.attrs.items()}
            assert sorted(arrays.files) == sorted(names) == sorted(safe.keys()), arrays.files
            texts = {key: value for key, value in sheet.items() if key != "layers"}
            assert comment == attributes == safe.metadata() == texts, (comment, attributes, safe.metadata(), texts)
            assert "preprocessing" in comment
            for layer in sheet["layers"]:
                name = layer["name"]
                expected = arrays[name]
                assert expected.dtype == np.float32 and list(expected.shape) == layer["shape"]
                np.testing.assert_array_equal(h5[name][()], expected)
                np.testing.assert_array_equal(safe.get_tensor(name), expected)
                table = pd.read_csv(base / layer["file"], dtype={"value": np.float32})
                assert list(table.columns) == ["n", "h", "w", "c", "value"]
                values = np.full(expected.size, np.nan, np.float32)
                shape = expected.shape if expected.ndim == 4 else (expected.shape[0], 1, 1, expected.shape[1])
                place = np.ravel_multi_index((table.n, table.h, table.w, table.c), shape)
                values[place] = table.value
                np.testing.assert_array_equal(values.reshape(expected.shape), expected)
                print(f"{name} {expected.shape}: numpy, h5py, safetensors and pandas read the same numbers")


if __name__ == "__main__":
    if len(sys.argv) != 5:
        sys.exit(__doc__)
    main(*sys.argv[1:])
