"""Engines as processes that wait, stopped, for their turns."""
import ctypes
import json
import os
import select
import signal
import subprocess
import sys
import tempfile
import time


class EngineFailed(Exception):
    """An engine ended, or said nothing for too long."""


def dies_with_parent():
    """In a child about to start: be killed when the parent ends, however it does. Linux only."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)


class Engine:
    """A process that answers `WARMUP RUNS` by times. Stopped (SIGSTOP) between turns, so that none of its threads
    can take a core from the engine whose turn it is."""

    LONGEST_ANSWER = 300  # seconds

    def __init__(self, name, command, environment):
        self.name = name
        self.errors = tempfile.TemporaryFile()
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.errors,
            env=dict(os.environ, **environment), preexec_fn=dies_with_parent)
        self.unread = b""
        try:
            self.start = self.parsed(json.loads)
            self.pause()
        except BaseException:
            self.close()
            raise

    def line(self):
        """The next line of the answer."""
        limit = time.monotonic() + self.LONGEST_ANSWER
        pipe = self.process.stdout.fileno()
        while b"\n" not in self.unread:
            ready, _, _ = select.select([pipe], [], [], max(0, limit - time.monotonic()))
            read = os.read(pipe, 1 << 16) if ready else None
            if not read:
                self.fail("ended" if ready else f"said nothing for {self.LONGEST_ANSWER} s")
            self.unread += read
        line, self.unread = self.unread.split(b"\n", 1)
        return line.decode()

    def parsed(self, parse):
        """The next line of the answer, parsed."""
        line = self.line()
        try:
            return parse(line)
        except ValueError:
            self.fail(f"said '{line[:200]}'")

    def fail(self, what):
        self.errors.seek(0)
        said = self.errors.read().decode(errors="replace").strip().splitlines()[-8:]
        raise EngineFailed("\n    ".join([f"{self.name} {what}", *said]))

    def pause(self):
        os.kill(self.process.pid, signal.SIGSTOP)

    def turn(self, warm, runs):
        """The milliseconds of `runs` runs, after `warm` ones that don't count."""
        os.kill(self.process.pid, signal.SIGCONT)
        try:
            self.process.stdin.write(f"{warm} {runs}\n".encode())
            self.process.stdin.flush()
        except BrokenPipeError:
            self.fail("ended")
        times = self.parsed(lambda line: [float(value) for value in line.split()])
        if len(times) != runs:
            self.fail(f"gave {len(times)} times of {runs} runs")
        self.pause()
        return times

    def close(self):
        self.process.kill()
        self.process.wait()
        self.process.stdin.close()
        self.process.stdout.close()
        self.errors.close()


def busy_elsewhere(seconds=0.4):
    """How many cores were busy during `seconds` in which this program slept; None where the system doesn't tell."""
    def ticks():
        with open("/proc/stat") as file:
            fields = [int(field) for field in file.readline().split()[1:9]]
        return sum(fields) - fields[3] - fields[4]  # all but idle and waiting for disks
    try:
        before = ticks()
        time.sleep(seconds)
        return (ticks() - before) / os.sysconf("SC_CLK_TCK") / seconds
    except OSError:
        return None


class Busy:
    """A process that does nothing, without a rest, on any core; a context."""

    def __enter__(self):
        self.process = subprocess.Popen(
            [sys.executable, "-S", "-c", "while True: pass"], preexec_fn=dies_with_parent)
        time.sleep(0.3)
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()


def run_once(name, command, environment):
    """Runs a command to its end: (its standard output, milliseconds to the last of it, peak resident bytes)."""
    with tempfile.TemporaryFile() as errors:
        begun = time.perf_counter()
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=errors,
            env=dict(os.environ, **environment))
        output, answered = b"", begun
        try:
            while part := os.read(process.stdout.fileno(), 1 << 16):
                output += part
                answered = time.perf_counter()
        except BaseException:
            process.kill()
            process.wait()
            raise
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        process.stdout.close()
        if process.returncode != 0:
            errors.seek(0)
            said = errors.read().decode(errors="replace").strip().splitlines()[-8:]
            raise EngineFailed("\n    ".join([f"{name} ended with {process.returncode}", *said]))
        unit = 1 if sys.platform == "darwin" else 1024
        return output.decode(), (answered - begun) * 1e3, usage.ru_maxrss * unit
