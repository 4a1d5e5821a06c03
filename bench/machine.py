"""Describes the machine and the software that were measured."""

import os
import platform
import subprocess
from importlib.metadata import version
from pathlib import Path

import psutil

from bench.databases import Database
from bench.servers import ROOT

PACKAGES = ("flask", "sqlalchemy", "granian", "psycopg", "fastapi", "uvicorn", "asyncpg")


def described(database: Database, *, load_before: float, client: str) -> list[str]:
    """Return lines about machine, versions and client; ``load_before`` shows whether the machine was busy."""
    database_name = {"postgresql": "PostgreSQL", "sqlite": "SQLite"}[database.kind]
    return [
        f"{processor()}, {os.cpu_count()} cores, {psutil.virtual_memory().total / 1e9:.0f} GB, {platform.system()}; "
        f"load average before the run {load_before:.1f}",
        f"Python {platform.python_version()}, {database_name} {database.version}, "
        + ", ".join(f"{name} {version(name)}" for name in PACKAGES),
        f"asked by {client}" + (f"; revision {revision()}" if revision() else ""),
    ]


def processor() -> str:
    """Return the model of the CPU."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        return next(line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()


def revision() -> str:
    """Return the measured commit, or an empty string outside a repository."""
    try:
        done = subprocess.run(
            ["git", "describe", "--always", "--dirty"], cwd=ROOT, capture_output=True, text=True, check=True
        )
    except (OSError, subprocess.CalledProcessError):
        return ""
    return done.stdout.strip()
