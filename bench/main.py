# SPDX-License-Identifier: Apache-2.0
"""Finds the benchmark, builds as users do, runs it in a cage, prints its figures."""
import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys

from lab import cage

ROOT = pathlib.Path(__file__).resolve().parents[1]
BUILD = ROOT / "build" / "bench"
NAMES = sorted(path.stem for path in pathlib.Path(__file__).parent.glob("[a-z]*.py") if path.stem != "main")


def figure(values):
    return {"median": round(statistics.median(values), 2), "min": round(min(values), 2),
            "max": round(max(values), 2), "n": len(values)}


def figures(samples):
    """The same with every list of numbers as a figure, however deep it lies."""
    if isinstance(samples, dict):
        return {name: figures(values) for name, values in samples.items()}
    if isinstance(samples, list):
        return [figures(one) for one in samples] if isinstance(samples[0], dict) else figure(samples)
    return samples


def build():
    commands = [["meson", "compile", "-C", BUILD]]
    if not (BUILD / "build.ninja").exists():
        commands.insert(0, ["meson", "setup", BUILD, "--buildtype=release"])
    for command in commands:
        done = subprocess.run(command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, check=False)
        if done.returncode:
            sys.exit(done.stdout[-4000:] + "\nbench: the build failed")


def main():
    parser = argparse.ArgumentParser(prog="bench/run")
    parser.add_argument("name", choices=NAMES)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    if os.geteuid() != 0:
        sys.exit("bench: network namespaces need root")
    build()
    module = __import__(f"bench.{options.name}", fromlist=["measure"])

    def inside():
        samples = module.measure(BUILD, options.quick)
        result = figures(samples)
        if options.json:
            print(json.dumps(result), flush=True)
        else:
            for name, value in result.items():
                print(f"{name:14} {value}", flush=True)
        return 0

    return cage.run(inside)


if __name__ == "__main__":
    sys.exit(main())
