"""What the checks share: running incept, collecting failures, a browser that tells everything it does."""

import contextlib
import lzma
import os
import pathlib
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
INCEPT = ROOT / ".build" / "release" / "incept"
OUT = ROOT / ".build" / "viewers"


class Checks:
    """Counts what was looked at and says what was wrong."""

    def __init__(self):
        self.count = 0
        self.failures = []

    def expect(self, holds, what):
        self.count += 1
        if not holds:
            self.failures.append(what)
            print(f"    FAILED {what}", flush=True)
        return bool(holds)

    def finish(self):
        """Prints the totals and ends the process."""
        if self.failures:
            print(f"    {len(self.failures)} of {self.count} checks failed")
            sys.exit(1)
        print(f"    {self.count} checks passed")
        sys.exit(0)


def incept(*arguments, status=0):
    """Runs incept; returns standard output, or standard error where another status is expected."""
    environment = dict(os.environ, INCEPT_CACHE_DIR=str(OUT / "cache"))
    run = subprocess.run(
        [str(INCEPT), *map(str, arguments)], capture_output=True, text=True, cwd=ROOT, env=environment
    )
    if run.returncode != status:
        raise SystemExit(f"incept {' '.join(map(str, arguments))}: exit {run.returncode}: {run.stderr.strip()}")
    return run.stdout if status == 0 else run.stderr


def fixture(name):
    """The path of a fixture model, unpacked where it is packed; None where fixtures are absent."""
    folder = pathlib.Path(os.environ.get("INCEPT_FIXTURES", ROOT.parent / "shared" / "fixtures")) / "models"
    if (folder / name).exists():
        return folder / name
    packed = folder / f"{name}.xz"
    if not packed.exists():
        return None
    unpacked = OUT / "models" / name
    if not unpacked.exists():
        unpacked.parent.mkdir(parents=True, exist_ok=True)
        temporary = unpacked.with_suffix(".part")
        with lzma.open(packed) as source, open(temporary, "wb") as target:
            shutil.copyfileobj(source, target)
        temporary.rename(unpacked)
    return unpacked


class Tab:
    """A page of the browser with everything it said and asked for."""

    def __init__(self, page):
        self.page = page
        self.messages = []
        self.requests = []
        page.on("console", lambda message: self.messages.append(f"{message.type}: {message.text}"))
        page.on("pageerror", lambda error: self.messages.append(f"error: {error}"))
        page.on("request", lambda request: self.requests.append(request.url))

    def open(self, path):
        self.url = pathlib.Path(path).resolve().as_uri()
        self.page.goto(self.url)

    def check_silent(self, checks, what):
        """Nothing was said on the console and nothing but the file was asked for."""
        checks.expect(not self.messages, f"{what}: console: {self.messages[:3]}")
        others = [url for url in self.requests if url != self.url and not url.startswith("data:")]
        checks.expect(not others, f"{what}: asked for {others[:3]}")


@contextlib.contextmanager
def browser():
    """Debian's Chromium without a window. The value opens tabs: open_tab(width=, height=, dark=)."""
    from playwright.sync_api import sync_playwright

    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path is None:
        raise SystemExit("viewers: no chromium on the PATH")
    # Chromium's sandbox does not work for root.
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=arguments)

        def open_tab(width=1400, height=900, dark=False):
            scheme = "dark" if dark else "light"
            return Tab(chromium.new_page(viewport={"width": width, "height": height}, color_scheme=scheme))

        yield open_tab
        chromium.close()
