"""The peer of `npm run bench:logs`: Drain3 with its defaults and the masks of its own example configuration.

Usage: drain3_peer.py SAMPLES_DIR LINES_FILE. Prints one JSON object: the template of each line of each sample, by file, and the seconds
that the lines of LINES_FILE took.
"""

import csv
import glob
import json
import logging
import os
import sys
import time

from drain3 import TemplateMiner
from drain3.masking import MaskingInstruction
from drain3.template_miner_config import TemplateMinerConfig

logging.disable(logging.CRITICAL)

# https://github.com/logpai/Drain3, examples/drain3.ini
EDGE_BEFORE = r"((?<=[^A-Za-z0-9])|^)"
EDGE_AFTER = r"((?=[^A-Za-z0-9])|$)"
MASKS = [
    (EDGE_BEFORE + r"(([0-9a-f]{2,}:){3,}([0-9a-f]{2,}))" + EDGE_AFTER, "ID"),
    (EDGE_BEFORE + r"(\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3})" + EDGE_AFTER, "IP"),
    (EDGE_BEFORE + r"([0-9a-f]{6,} ?){3,}" + EDGE_AFTER, "SEQ"),
    (EDGE_BEFORE + r"([0-9A-F]{4} ?){4,}" + EDGE_AFTER, "SEQ"),
    (EDGE_BEFORE + r"(0x[a-f0-9A-F]+)" + EDGE_AFTER, "HEX"),
    (EDGE_BEFORE + r"([\-\+]?\d+)" + EDGE_AFTER, "NUM"),
    (r"(?<=executed cmd )(\".+?\")", "CMD"),
]


def miner():
    config = TemplateMinerConfig()
    config.profiling_enabled = False
    config.masking_instructions = [MaskingInstruction(pattern, name) for pattern, name in MASKS]
    return TemplateMiner(config=config)


def main(samples, lines_file):
    groups = {}
    for path in sorted(glob.glob(os.path.join(samples, "*_structured.csv"))):
        with open(path, encoding="utf-8", newline="") as file:
            one = miner()
            groups[os.path.basename(path)] = [
                one.add_log_message(row["Content"])["cluster_id"] for row in csv.DictReader(file)
            ]
    one = miner()
    started = time.perf_counter()
    count = 0
    with open(lines_file, encoding="utf-8") as file:
        for line in file:
            one.add_log_message(line.rstrip("\n"))
            count += 1
    seconds = time.perf_counter() - started
    json.dump({"groups": groups, "lines": count, "seconds": seconds}, sys.stdout)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
