# Sourced by the other scripts: installs what they need on Debian 12 with Go and Node, each only when it is missing.
# From Debian's packages, Go modules and npm packages, and from nowhere else.

# minio-go with the standard library's JSON: the one that it would link otherwise takes longer to compile than the rest of it.
export GOFLAGS="${GOFLAGS:+$GOFLAGS }-tags=stdlibjson"

readonly golangci_version=2.6.2

say() { printf '%s\n' "$*" >&2; }

fail() {
  say "error: $*"
  exit 1
}

# What is not on PATH for root on Debian, where Go and Debian's servers are.
PATH=$PATH:/usr/local/go/bin:/usr/sbin:/sbin

as_root() {
  if ((EUID == 0)); then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo -- "$@"
  else
    fail "installing Debian packages needs root: run as root, install sudo, or run: apt-get install ${*: -1}"
  fi
}

apt_updated=
# apt_install PACKAGE...: installs Debian packages without asking anything.
apt_install() {
  command -v apt-get >/dev/null || fail "$* is missing, and this is not Debian: install it by hand and run again"
  if [[ -z $apt_updated ]]; then
    say "Updating Debian's package lists"
    as_root env DEBIAN_FRONTEND=noninteractive apt-get update -qq >&2 ||
      fail "apt-get update failed: is Debian's mirror reachable?"
    apt_updated=yes
  fi
  say "Installing $* from Debian's packages"
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
    -o Dpkg::Options::=--force-confold "$@" >&2 ||
    fail "apt-get could not install: $*"
}

need_go() {
  command -v go >/dev/null || fail "Go is missing: install Go 1.26 (it is looked for on PATH and in /usr/local/go/bin)"
}

# Builds bin/hub without debug information, which is a third of it. The paths that -trimpath leaves out are all that would differ
# between two clones, so they share a build cache.
build_hub() {
  go build -trimpath -ldflags "-s -w" -o bin/hub ./server
}

need_node() {
  if ! command -v node >/dev/null || ! command -v npm >/dev/null; then
    fail "Node.js is missing: install Node.js 20 with npm"
  fi
  node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || (a === 20 && b >= 19) ? 0 : 1)' ||
    fail "Node.js $(node --version) is too old: install 20.19 or later"
}

# The race detector needs a C compiler.
need_compiler() {
  command -v gcc >/dev/null || apt_install gcc libc6-dev
}

need_chromium() {
  [[ -x ${HUB_TEST_CHROMIUM:-/usr/bin/chromium} ]] || apt_install chromium
}

# The server of the package is not started: tests run their own, as whoever runs them.
need_nginx() {
  command -v nginx >/dev/null || [[ -x /usr/sbin/nginx ]] || RUNLEVEL=1 apt_install nginx-light
}

# Prints the folder of PostgreSQL's programs, 15 or later; nothing when there is none.
postgres_programs() {
  local folder
  for folder in $(printf '%s\n' /usr/lib/postgresql/*/bin | sort -t/ -k5 -rn) "$(dirname "$(command -v initdb || echo /none/initdb)")"; do
    if [[ -x $folder/initdb && -x $folder/postgres && -x $folder/pg_isready ]] &&
      (($("$folder/postgres" --version | grep -oE '[0-9]+' | head -1) >= 15)); then
      printf '%s\n' "$folder"
      return
    fi
  done
}

need_postgres() {
  [[ -z $(postgres_programs) ]] || return 0
  # Debian would make and start a cluster of its own on 5432; the scripts start throwaway ones.
  if command -v apt-get >/dev/null && [[ ! -e /etc/postgresql-common/createcluster.conf ]]; then
    apt_install postgresql-common
    as_root sed -i 's/^#* *create_main_cluster *=.*/create_main_cluster = false/' /etc/postgresql-common/createcluster.conf
  fi
  apt_install postgresql-15
  [[ -n $(postgres_programs) ]] || fail "PostgreSQL was installed, but its programs are not in /usr/lib/postgresql/15/bin"
}

need_linter() {
  need_go
  if [[ -x bin/golangci-lint ]] &&
    [[ $(bin/golangci-lint version 2>/dev/null) == *"version $golangci_version built with $(go env GOVERSION)"* ]]; then
    return
  fi
  say "Building golangci-lint $golangci_version into bin/ (two minutes on two cores)"
  GOBIN=$PWD/bin GOFLAGS='' go install "github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v$golangci_version" >&2 ||
    fail "golangci-lint $golangci_version could not be built"
}

# Installs web's packages exactly as package-lock.json has them, when it or Node.js changed since the last time.
need_web_packages() {
  need_node
  ! grep -q '"resolved": "http' web/package-lock.json ||
    fail "web/package-lock.json names a registry's host: run npm install in web/, whose .npmrc leaves hosts out"
  local stamp=web/node_modules/.dugnad-installed wanted
  wanted="$(sha256sum <web/package-lock.json) node $(node --version)"
  if [[ -f $stamp && $(<"$stamp") == "$wanted" ]]; then
    return
  fi
  say "Installing web's npm packages"
  (cd web && npm ci --no-progress --loglevel=error >&2) || fail "npm ci failed in web/"
  printf '%s\n' "$wanted" >"$stamp"
}

# Prints a sum over everything that web/dist is built from.
web_sources_sum() {
  find web \( -path web/node_modules -o -path web/dist -o -path web/test \) -prune -o \
    -type f ! -name '*.go' -print0 | LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum
}

# Builds web/dist when its sources changed since the last build.
need_web_build() {
  local stamp=bin/web-built
  if [[ -f web/dist/graphiql/index.html && -f $stamp && $(<"$stamp") == "$(web_sources_sum)" ]]; then
    return
  fi
  need_web_packages
  build_web
}

build_web() {
  say "Building web/dist"
  mkdir -p bin
  (cd web && npm run --silent build >&2) || fail "npm run build failed in web/"
  web_sources_sum >bin/web-built
}
