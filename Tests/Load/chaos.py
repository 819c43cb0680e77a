#!/usr/bin/env python3
"""Chaos on the real processes: each scenario breaks something and shows that the promises hold.

    chaos.py SCENARIO… [--count N] [--seconds S] [--exchanges N] [--streams N] [--seed X] [--builds OLD NEW] [--json FILE] [--keep]
    chaos.py all

`KT_BIN` names the folder of the programs. Prints a table for each scenario; exit 1 when a promise is broken, 2 when a scenario
could not be played to its end.
"""

import argparse
import json
import pathlib
import sys
import traceback

import changes
import crashes
import hosts
import storms
from rig import Options, Rig

SCENARIOS = {**changes.SCENARIOS, **crashes.SCENARIOS, **hosts.SCENARIOS, **storms.SCENARIOS}


def play(name, options):
    """One scenario; its result."""
    with Rig(options, name) as rig:
        SCENARIOS[name](rig)
    return rig.result


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("scenario", nargs="+", choices=[*SCENARIOS, "all"])
    parser.add_argument("--count", type=int, default=0, help="how often (each scenario has its own default)")
    parser.add_argument("--seconds", type=float, default=0, help="how long, for those that run for a time")
    parser.add_argument("--exchanges", type=int, default=0, help="at least so many, for those that count them")
    parser.add_argument("--streams", type=int, default=200, help="open at any time")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--builds", nargs=2, default=(), metavar="FOLDER", help="two builds with different versions, for upgrades")
    parser.add_argument("--folder", type=pathlib.Path, help="where the scenario's files go")
    parser.add_argument("--json", type=pathlib.Path, help="results as one JSON document")
    parser.add_argument("--keep", action="store_true", help="leave the scenario's files")
    given = parser.parse_args()
    options = Options(
        given.count, given.seconds, given.exchanges, given.streams, given.seed, given.folder, tuple(given.builds), given.keep)
    names = list(SCENARIOS) if "all" in given.scenario else given.scenario
    documents, status = [], 0
    for name in names:
        try:
            result = play(name, options)
        except Exception as problem:  # noqa: BLE001: the next scenario runs all the same
            traceback.print_exc()
            documents.append({"scenario": name, "seed": given.seed, "kept": False, "error": str(problem)})
            status = 2
            continue
        print(result.table(), flush=True)
        documents.append(result.document())
        status = max(status, 1 if result.broken else 0)
    text = json.dumps(documents if len(documents) > 1 else documents[0])
    if given.json:
        given.json.write_text(text + "\n")
    else:
        print(text)
    return status


if __name__ == "__main__":
    sys.exit(main())
