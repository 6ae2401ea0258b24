"""Generates the stubs before every build; everything else stands in pyproject.toml."""

import pathlib
import sys

from setuptools import setup

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE / "tools"))

import stubs  # noqa: E402

if stubs.CONTRACTS.is_dir():
    stubs.generate()
elif not (stubs.OUTPUT / "reasons.py").is_file():
    raise SystemExit(f"There is neither {stubs.CONTRACTS} to generate the stubs from, nor {stubs.OUTPUT}.")

setup()
