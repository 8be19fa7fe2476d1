# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A browser to look at the report with: Debian's Chromium, and axe-core from npm that checks whether everybody can read a page."""

from __future__ import annotations

import contextlib
import os
import pathlib
import shutil
import subprocess
import tarfile
import tempfile
import typing as t

from tests.tools import tree

if t.TYPE_CHECKING:
    from playwright.sync_api import Browser

PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
AXE_VERSION = "4.14.1"
AXE = tree.ROOT / ".venv" / "axe-core" / AXE_VERSION / "axe.min.js"


def chromium() -> str | None:
    """Return the path of a Chromium, None where there is none."""
    return next(filter(None, map(shutil.which, PROGRAMS)), None)


def prepare() -> str:
    """Install what is missing, as far as this machine lets us; return what is still missing and why, empty when nothing is."""
    missing = []
    if chromium() is None:
        missing += [f"there is no {PROGRAMS[0]} on PATH ({why})" for why in [_install_chromium()] if why]
    if not AXE.exists():
        missing += [f"axe-core cannot be had from npm ({why})" for why in [_fetch_axe()] if why]
    return " and ".join(missing)


@contextlib.contextmanager
def launched() -> t.Iterator[Browser]:
    """Give a headless browser."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 (what needs no browser needs no Playwright)

    # Chromium's sandbox needs rights that root in a container does not have; it opens nothing but files of our own.
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=arguments)
        try:
            yield browser
        finally:
            browser.close()


def _install_chromium() -> str:
    if shutil.which("apt-get") is None or os.geteuid() != 0:
        return "install it with the package manager of this system"
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (("update", "-qq"), ("install", "-y", "-qq", "--no-install-recommends", "chromium")):
        done = subprocess.run(
            ["apt-get", *command],
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
        if done.returncode:
            return f"apt-get {command[0]}: {done.stderr.strip()[-200:]}"
    return ""


def _fetch_axe() -> str:
    npm = shutil.which("npm")
    if npm is None:
        return "there is no npm on PATH"
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            [npm, "pack", "--silent", f"axe-core@{AXE_VERSION}"],
            cwd=folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
        archive = next(pathlib.Path(folder).glob("*.tgz"), None)
        if done.returncode or archive is None:
            return done.stderr.strip()[-200:] or "npm pack gave no archive"
        with tarfile.open(archive) as stream:
            script = stream.extractfile("package/axe.min.js")
            assert script is not None
            AXE.parent.mkdir(parents=True, exist_ok=True)
            AXE.write_bytes(script.read())
    return ""
