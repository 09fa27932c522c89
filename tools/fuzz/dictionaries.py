#!/usr/bin/env python3
"""Writes the words that fuzzing tries, a libFuzzer dictionary a target: dictionaries.py FOLDER.

The words are those of the formats, and the names that the sources of the readers compare with.
"""
import pathlib
import re
import struct
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]

NUMBERS = [struct.pack(form, value & ((1 << 8 * struct.calcsize(form)) - 1)) for form in ("<I", "<Q")
           for value in (0, 1, -1, 1 << 31, (1 << 31) - 1, 1 << 63, (1 << 63) - 1, 1 << 32)]
# The longest number, 2^63, 2^31, -1 and one too long.
VARINTS = [b"\xff" * 9 + b"\x01", b"\x80" * 9 + b"\x01", b"\x80\x80\x80\x80\x08", b"\xff\xff\xff\xff\x0f", b"\xff" * 10]
ZIP = [b"PK\1\2", b"PK\3\4", b"PK\5\6", b"PK\6\6", b"PK\6\7", b"\1\0", b"archive/data.pkl", b"archive/data/0",
       b"config.json", b"metadata.json", b"model.weights.h5", b"../"]
PICKLE = [bytes([c]) for c in b"().}]{[NKMJIiXcRbosuaetqrhjpgl0126\x80\x81\x82\x83\x84\x85\x86\x87\x88\x89\x8a\x8b"
          b"\x8c\x8d\x8e\x8f\x90\x91\x92\x93\x94\x95"] + [
    b"ctorch._utils\n_rebuild_tensor_v2\n", b"ctorch\nFloatStorage\n", b"ccollections\nOrderedDict\n", b"cos\nsystem\n",
    b"ctorch._utils\n_rebuild_parameter\n", b"ctorch\nBFloat16Storage\n", b"X\7\0\0\0storage", b"X\3\0\0\0cpu",
    b"\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19."]
JSON = [b'{"', b'":', b'":[', b'":{', b"]]", b"}}", b"null", b"true", b"-1", b"1e999", b"9223372036854775807",
        b"9223372036854775808", b"0.5", b"\\u0000", b"\\ud800", b"[[[["]
WORDS = {
    "onnx": VARINTS, "graphdef": VARINTS,
    "hdf5": NUMBERS + [b"\x89HDF\r\n\x1a\n", b"TREE", b"SNOD", b"HEAP", b"GCOL", b"OHDR", b"layer_names",
                       b"weight_names", b"model_weights", b"model_config"],
    "keras_archive": NUMBERS + ZIP + JSON, "keras_config": JSON, "torch_zip": NUMBERS + ZIP + PICKLE,
    "torch_legacy": NUMBERS + PICKLE, "zip": NUMBERS + ZIP,
    "safetensors": NUMBERS + JSON + [b'"dtype":', b'"shape":', b'"data_offsets":', b'"__metadata__":', b'"F32"',
                                     b'"BF16"', b'"F8_E4M3"', b'"I64"'],
    "graph_file": JSON + [b'"attributes":{', b'"inputs":[[', b'"op":"', b'"shape":[', b'"outputs":[', b'"constant"', b'"input"',
                          b'"inf"', b'"nan"', b"-9223372036854775808", b"4611686018427387904", b"4294967296", b'"int64"'],
    "npy": [b"\x93NUMPY", b"'descr': ", b"'fortran_order': ", b"'shape': (", b"True", b"False", b"'<f4'", b"'>i8'",
            b"'|b1'", b"'|O'", b"'<u8'", b"-1,", b"9223372036854775807", b"4294967296", b"(,)", b"(0,", b"\n"],
    "csv": [b",", b";", b"\t", b"\r\n", b"label", b"nan", b"1e38", b"1e-40", b"-0", b"0.5", b"256", b"65535", b"\xef\xbb\xbf", b"\x1f\x8b\x08"],
    "filter": [b",", b";", b" ", b"\r\n", b"#", b"nan", b"inf", b"1e39", b"-1e-46", b"0x1p3", b"\xef\xbb\xbf", b"\x93NUMPY"],
    "idx": NUMBERS + [b"\0\0\x08\x03", b"\0\0\x08\x04", b"\0\0\x08\x01", b"\x1f\x8b\x08\0"],
    "png": [b"IHDR", b"IDAT", b"IEND", b"PLTE", b"tRNS", b"gAMA", b"eXIf", b"iCCP", b"\x89PNG\r\n\x1a\n"],
    "jpeg": [b"\xff" + bytes([c]) for c in (0xC0, 0xC1, 0xC2, 0xC4, 0xD8, 0xD9, 0xDA, 0xDB, 0xDD, 0xE0, 0xE1, 0xEE)]
    + [b"Exif\0\0", b"II*\0", b"MM\0*", b"Adobe"],
}
# Folders whose string literals are words of a target.
SOURCES = {"onnx": ["ImportONNX"], "graphdef": ["ImportTensorFlow"], "keras_config": ["ImportKeras"],
           "hdf5": ["WireFormats/Keras"], "graph_file": ["Operators"]}


def names(folder):
    found = set()
    for path in (ROOT / "Sources" / folder).rglob("*.swift"):
        found.update(re.findall(r'"([A-Za-z_][A-Za-z0-9_]{1,39})"', path.read_text()))
    return sorted(found)


def words(target):
    yield from WORDS[target]
    for folder in SOURCES.get(target, []):
        for name in names(folder):
            yield name.encode()
            if target in ("onnx", "graphdef"):
                # As a protobuf string: with its length.
                yield bytes([len(name)]) + name.encode()


def main():
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for target in WORDS:
        lines = ('"' + "".join(f"\\x{byte:02X}" for byte in word) + '"' for word in words(target))
        (folder / f"{target}.dict").write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
