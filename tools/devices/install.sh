# Functions for test-devices.sh: putting OpenCL implementations where only the tests see them. Uses `home`.

# A folder with one driver, for OCL_ICD_VENDORS: only_driver NAME LIBRARY
only_driver() {
  mkdir -p "$home/icd/$1"
  echo "$2" >"$home/icd/$1/$1.icd"
}

# A package and what it needs beyond this machine's packages, unpacked into a folder: fetch_packages NAME FOLDER
fetch_packages() {
  local folder=$2 file
  [ ! -e "$folder/complete" ] || return 0
  if [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]; then return 0; fi
  echo "==> Fetching $1 into ${folder#"$here"/}"
  rm -rf "$folder"
  mkdir -p "$folder/packages"
  # The lists of packages may be missing or old; what is there is tried first.
  if ! download_packages "$1" "$folder/packages"; then
    as_root apt-get update >"$logs/apt.log" 2>&1 && download_packages "$1" "$folder/packages" || {
      tail -n 5 "$logs/apt.log" >&2
      return 1
    }
  fi
  for file in "$folder"/packages/*.deb; do dpkg -x "$file" "$folder" || return 1; done
  rm -rf "$folder/packages"
  touch "$folder/complete"
}

# download_packages NAME FOLDER
download_packages() {
  local packages
  # Lines with a version in brackets are newer versions of what is installed.
  mapfile -t packages < <(apt-get install -s --no-install-recommends "$1" 2>/dev/null |
    sed -nE 's/^Inst ([^ ]+) \(.*/\1/p')
  [ ${#packages[@]} -gt 0 ] || { echo "apt knows no $1" >"$logs/apt.log"; return 1; }
  (cd "$2" && apt-get download "${packages[@]}") >"$logs/apt.log" 2>&1
}

# Runs a command as root, with sudo where that is needed and there is one.
as_root() {
  if [ "$(id -u)" -eq 0 ]; then
    "$@"
  elif command -v sudo >/dev/null 2>&1; then
    sudo "$@"
  else
    echo "not root and no sudo; as root, run: $*" >&2
    return 1
  fi
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
  echo "==> Installing $*"
  export DEBIAN_FRONTEND=noninteractive
  as_root apt-get install -y --no-install-recommends "$@" >"$logs/apt.log" 2>&1 ||
    { as_root apt-get update && as_root apt-get install -y --no-install-recommends "$@"; } \
      >"$logs/apt.log" 2>&1 || {
    tail -n 5 "$logs/apt.log" >&2
    return 1
  }
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
