"""Runs every command of docs/tutorial.md in its order, from the checkout: tutorial.py [INCEPT]

Commands are the lines that are indented by four spaces and begin with `incept `. Pictures that they write to docs/tutorial are kept, what they write to
out is removed. Commands that fetch are left out and named. Ends with 1 where a command fails or a picture of the page was not made.
"""
import os
import re
import shlex
import shutil
import subprocess
import sys
import time


def main():
    incept = os.path.abspath(sys.argv[1] if len(sys.argv) > 1 else ".build/release/incept")
    page = open("docs/tutorial.md", encoding="utf-8").read()
    commands = re.findall(r"^    (incept .*)$", page, re.MULTILINE)
    pictures = re.findall(r"!\[[^]]*\]\(([^)]*)\)", page)
    shutil.rmtree("docs/tutorial", ignore_errors=True)
    shutil.rmtree("out", ignore_errors=True)
    os.makedirs("docs/tutorial")
    os.makedirs("out")
    failed = 0
    start = time.monotonic()
    for command in commands:
        if "fetch" in command:
            print(f"    left out, as it needs the network: {command}", flush=True)
            continue
        begin = time.monotonic()
        result = subprocess.run([incept, *shlex.split(command)[1:]], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
        print(f"    {time.monotonic() - begin:6.1f} s  {command}", flush=True)
        if result.returncode != 0:
            failed += 1
            print(f"FAILED with {result.returncode}: {result.stdout[-1000:]}", flush=True)
    for picture in pictures:
        if not os.path.exists(os.path.join("docs", picture)):
            failed += 1
            print(f"FAILED: no command made {picture}")
    shutil.rmtree("out", ignore_errors=True)
    for name in os.listdir("docs/tutorial"):
        if name.endswith("-frames"):
            shutil.rmtree(os.path.join("docs/tutorial", name))
    print(f"    {len(commands)} commands, {len(pictures)} pictures in docs/tutorial, {failed} failed, {time.monotonic() - start:.0f} s")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
