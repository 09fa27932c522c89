"""Makes the library's documentation (DocC) from what was built: docs.py [OUTPUT]

Reads the symbols of the modules that people import, converts Sources/Incept/Incept.docc to OUTPUT (.build/docs), and ends with 1 where a
link leads nowhere, a public symbol has no description or no place in the list of topics, or the program of the first steps needs more
than the public interface. A server of files shows the result: python3 -m http.server -d .build/docs, then /documentation/incept.
"""
import glob
import json
import os
import re
import shutil
import subprocess
import sys

CATALOGUE = "Sources/Incept/Incept.docc"
PROGRAM = "Samples/FirstSteps/main.swift"
BUILD = ".build/release"
# What `import Incept` also makes known (Sources/Incept/Exports.swift) is documented with it.
MODULES = {"Incept": re.findall(r"@_exported import (\w+)", open("Sources/Incept/Exports.swift", encoding="utf-8").read()), "Operators": []}
PACKAGES = re.findall(r'pkgConfig: "([^"]+)"', open("Package.swift", encoding="utf-8").read())


def tool(name):
    """A program of the Swift toolchain that is used."""
    swift = shutil.which(os.environ.get("SWIFT", "swift")) or sys.exit("docs: no swift in PATH")
    path = os.path.join(os.path.dirname(os.path.realpath(swift)), name)
    return path if os.path.exists(path) else sys.exit(f"docs: no {name} beside {os.path.realpath(swift)}; swift.org's toolchains have it")


def imports():
    """Options for finding the modules that were built, and the C modules behind them."""
    maps = glob.glob("Sources/*/module.modulemap") + glob.glob(f"{BUILD}/*.build/module.modulemap")
    maps += glob.glob(".build/checkouts/*/Sources/*/include/module.modulemap")
    options = ["-I", f"{BUILD}/Modules"]
    for file in maps:
        options += ["-Xcc", f"-fmodule-map-file={os.path.abspath(file)}"]
    flags = subprocess.run(["pkg-config", "--cflags-only-I", *PACKAGES], stdout=subprocess.PIPE, text=True, check=True).stdout.split()
    return options + flags


def extract(module, exported, folder, options):
    """Writes the symbols of a module to a folder. Returns the descriptions of all, by path."""
    target = json.loads(subprocess.run([tool("swiftc"), "-print-target-info"], stdout=subprocess.PIPE, check=True).stdout)["target"]
    command = [tool("swift-symbolgraph-extract"), "-module-name", module, "-target", target["triple"], "-minimum-access-level", "public"]
    command += ["-skip-synthesized-members", "-output-dir", folder, *options]
    if exported:
        command.append(f"-experimental-allowed-reexported-modules={','.join(exported)}")
    subprocess.run(command, check=True)
    with open(os.path.join(folder, f"{module}.symbols.json"), encoding="utf-8") as file:
        symbols = json.load(file)["symbols"]
    return {tuple(symbol["pathComponents"]): symbol.get("docComment") for symbol in symbols}


def complaints(module, symbols):
    """What a reader would miss of a module."""
    with open(f"{CATALOGUE}/{module}.md", encoding="utf-8") as file:
        listed = set(re.findall(r"^- ``(\w+)``$", file.read(), re.MULTILINE))
    for path, text in sorted(symbols.items()):
        if not text:
            yield f"{module}.{'.'.join(path)} has no description"
        if len(path) == 1 and path[0] not in listed:
            yield f"{CATALOGUE}/{module}.md has no place for {path[0]}"


def main():
    output = sys.argv[1] if len(sys.argv) > 1 else ".build/docs"
    folder = ".build/docs-symbols"
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    options = imports()
    missing, count = [], 0
    for module, exported in MODULES.items():
        symbols = extract(module, exported, folder, options)
        missing += complaints(module, symbols)
        count += len(symbols)
    for line in missing:
        print(f"docs: {line}", file=sys.stderr)
    # Without the package's name `package` declarations are as unknown as they are to its users.
    checked = subprocess.run([tool("swiftc"), "-typecheck", "-swift-version", "6", *options, PROGRAM], check=False)
    converted = subprocess.run(
        [tool("docc"), "convert", CATALOGUE, "--additional-symbol-graph-dir", folder, "--output-dir", output, "--warnings-as-errors",
         "--fallback-display-name", "Incept", "--fallback-bundle-identifier", "Incept", "--fallback-default-module-kind", "Library"],
        check=False)
    if missing or checked.returncode or converted.returncode:
        sys.exit(1)
    print(f"    {count} symbols, every link resolved: {output}")


if __name__ == "__main__":
    main()
