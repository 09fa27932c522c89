# Functions for test-devices.sh: putting OpenCL implementations where only the tests see them. Uses `home`.

# A folder with one driver, for OCL_ICD_VENDORS: only_driver NAME LIBRARY
only_driver() {
  mkdir -p "$home/icd/$1"
  echo "$2" >"$home/icd/$1/$1.icd"
}

# A package and what it needs beyond this machine's packages, unpacked into a folder: fetch_packages NAME FOLDER
fetch_packages() {
  local folder=$2 packages
  [ ! -e "$folder/complete" ] || return 0
  if [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]; then return 0; fi
  echo "==> Fetching $1 into ${folder#"$here"/}"
  rm -rf "$folder"
  mkdir -p "$folder/packages"
  # Lines with a version in brackets are newer versions of what is installed.
  mapfile -t packages < <(apt-get install -s --no-install-recommends "$1" 2>/dev/null |
    sed -nE 's/^Inst ([^ ]+) \(.*/\1/p')
  if [ ${#packages[@]} -eq 0 ]; then
    echo "    apt knows no $1; try: apt-get update" >&2
    return 1
  fi
  (cd "$folder/packages" && apt-get download "${packages[@]}" >/dev/null 2>"$logs/apt.log") || {
    tail -n 5 "$logs/apt.log" >&2
    return 1
  }
  local file
  for file in "$folder"/packages/*.deb; do dpkg -x "$file" "$folder" || return 1; done
  rm -rf "$folder/packages"
  touch "$folder/complete"
}

# Path of a library, unpacked or installed: find_library PATTERN FOLDER
find_library() {
  local path
  path=$(find "$2" /usr/lib -name "$1" 2>/dev/null | head -n 1)
  [ -n "$path" ] || { echo "    no $1 below $2 or /usr/lib" >&2; return 1; }
  echo "$path"
}

# The package among another's dependencies that matches a pattern: newest_package PATTERN OF
newest_package() {
  apt-cache depends "$2" | grep -oE "$1" | sort -V | tail -n 1
}

# Installs packages for the whole system.
install_system() {
  local as_root=()
  echo "==> Installing $*"
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null 2>&1 || { echo "    not root and no sudo; as root: apt-get install $*" >&2; return 1; }
    as_root=(sudo)
  fi
  DEBIAN_FRONTEND=noninteractive "${as_root[@]}" apt-get install -y --no-install-recommends "$@" \
    >"$logs/apt.log" 2>&1 || { tail -n 5 "$logs/apt.log" >&2; return 1; }
}

# A Python environment with what a file lists: make_venv FOLDER REQUIREMENTS
make_venv() {
  echo "==> Fetching $(basename "$1") from PyPI into ${1#"$here"/}"
  rm -rf "$1"
  if ! python3 -m venv "$1" >/dev/null 2>&1; then
    install_system python3-venv || return 1
    rm -rf "$1"
    python3 -m venv "$1" || return 1
  fi
  "$1/bin/pip" install --quiet --disable-pip-version-check -r "$2"
}

# Number of a processor that this process may use.
first_processor() {
  taskset -cp $$ | sed -E 's/.*: ([0-9]+).*/\1/'
}
