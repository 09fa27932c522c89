"""What the checks share: running incept, telling failures, a browser that tells everything it does."""

import contextlib
import json
import os
import pathlib
import shutil
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
INCEPT = ROOT / ".build" / "release" / "incept"
OUT = ROOT / ".build" / "viewers"


class Checks:
    """Counts what was looked at and says what was wrong, and what could not be looked at."""

    def __init__(self):
        self.count = 0
        self.failures = []
        self.skipped = []
        self.start = time.monotonic()

    def expect(self, holds, what):
        self.count += 1
        if not holds:
            self.failures.append(what)
            print(f"    FAILED {what}", flush=True)
        return bool(holds)

    def skip(self, what, why):
        """Says that something can't be checked here."""
        self.skipped.append(what)
        print(f"    NOT CHECKED {what}: {why}", flush=True)

    def finish(self, counted=""):
        """Prints the totals and ends the process."""
        told = f"{counted}, " if counted else ""
        told += f"{self.count} checks passed" if not self.failures else f"{len(self.failures)} of {self.count} checks failed"
        if self.skipped:
            told += f", {len(self.skipped)} things not checked"
        print(f"    {told}, {time.monotonic() - self.start:.0f} s")
        sys.exit(1 if self.failures else 0)


def incept(*arguments, status=0):
    """Runs incept; returns standard output, or standard error where another status is expected."""
    environment = dict(os.environ, INCEPT_CACHE_DIR=str(OUT / "cache"))
    run = subprocess.run(
        [str(INCEPT), *map(str, arguments)], capture_output=True, text=True, cwd=ROOT, env=environment
    )
    if run.returncode != status:
        raise SystemExit(f"incept {' '.join(map(str, arguments))}: exit {run.returncode}: {run.stderr.strip()}")
    return run.stdout if status == 0 else run.stderr


def parsed(text):
    """A JSON document, strictly: no NaN, no key twice."""

    def refuse(constant):
        raise ValueError(f"{constant} is not JSON")

    def unique(pairs):
        keys = [key for key, _ in pairs]
        if len(set(keys)) != len(keys):
            raise ValueError(f"a key occurs twice among {keys}")
        return dict(pairs)

    return json.loads(text, parse_constant=refuse, object_pairs_hook=unique)


def chromium():
    """The path of Chromium, or None."""
    return next(filter(None, map(shutil.which, ["chromium", "chromium-browser", "google-chrome"])), None)


class Tab:
    """A page of the browser with everything it said and asked for."""

    def __init__(self, page):
        self.page = page
        self.url = None
        self.messages = []
        self.requests = []
        page.on("console", lambda message: self.messages.append(f"{message.type}: {message.text}"))
        page.on("pageerror", lambda error: self.messages.append(f"error: {error}"))
        page.on("request", lambda request: self.requests.append(request.url))

    def open(self, place):
        """Opens a file, or an address."""
        is_address = str(place).startswith("http")
        self.url = place if is_address else pathlib.Path(place).resolve().as_uri()
        self.page.goto(self.url)

    def run(self, script):
        """The value of an expression or function in the page; promises are waited for."""
        return self.page.evaluate(script)

    def until(self, script, is_done=bool, seconds=30):
        """Evaluates until the value is what is wanted; the last value."""
        end, value = time.monotonic() + seconds, None
        while time.monotonic() < end:
            value = self.run(script)
            if is_done(value):
                break
            time.sleep(0.2)
        return value

    def milliseconds(self, mark):
        """Waits for a performance mark; when it was set, from the beginning of loading."""
        entries = f"performance.getEntriesByName('{mark}')"
        self.page.wait_for_function(f"{entries}.length > 0", timeout=30000)
        return self.run(f"{entries}[0].startTime")

    def check_silent(self, checks, what):
        """Nothing was said on the console and nothing but the file was asked for."""
        checks.expect(not self.messages, f"{what}: console: {self.messages[:3]}")
        others = [url for url in self.requests if url != self.url and not url.startswith("data:")]
        checks.expect(not others, f"{what}: asked for {others[:3]}")


@contextlib.contextmanager
def browser():
    """Chromium without a window. The value opens tabs: open_tab(width=, height=, dark=)."""
    from playwright.sync_api import sync_playwright

    path = chromium()
    if path is None:
        raise SystemExit(f"{pathlib.Path(sys.argv[0]).stem}: NOT CHECKED: no chromium on the PATH")
    # Chromium's sandbox does not work for root.
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        program = playwright.chromium.launch(executable_path=path, args=arguments)

        def open_tab(width=1400, height=900, dark=False):
            scheme = "dark" if dark else "light"
            return Tab(program.new_page(viewport={"width": width, "height": height}, color_scheme=scheme))

        # The first page is slow, as the browser itself starts with it.
        first = open_tab()
        first.page.set_content("<svg><text>.</text></svg>")
        first.page.close()
        yield open_tab
        program.close()
