# Sourced by the other scripts: a throwaway PostgreSQL on loopback, for as long as the script runs.
# Use: start_postgres (sets HUB_TEST_POSTGRES_URL), and stop_postgres in the script's EXIT trap.
# Port and password are the same from run to run, because Go's test cache answers only for tests whose environment is.

# The port, unless somebody has it; below those that outgoing connections take.
readonly postgres_port=24543

postgres_pid=
postgres_folder=

# free_port prints a port of 127.0.0.1 that nobody listens on, below those that outgoing connections take.
free_port() {
  local port
  for _ in {1..50}; do
    port=$((20000 + RANDOM % 12000))
    if ! (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
      printf '%s\n' "$port"
      return
    fi
  done
  fail "no free port found between 20000 and 32000"
}

# PostgreSQL refuses root: as root its programs run as the user postgres, which Debian's package makes.
if ((EUID == 0)); then
  readonly as_postgres=(setpriv --reuid=postgres --regid=postgres --init-groups --)
else
  readonly as_postgres=(env)
fi

# postgres_password prints the password of this working copy, which is made the first time and which only its owner reads:
# who may sign in as the server's superuser may run programs as its user.
postgres_password() {
  local -r file=bin/postgres-password
  if [[ ! -s $file ]]; then
    mkdir -p bin
    (umask 077 && od -An -N16 -tx1 /dev/urandom | tr -d ' \n' >"$file.$$" && mv "$file.$$" "$file")
  fi
  cat "$file"
}

# start_postgres starts an empty server, reachable with the password in HUB_TEST_POSTGRES_URL only.
start_postgres() {
  need_postgres
  local programs port password
  programs=$(postgres_programs)
  ((EUID != 0)) || id postgres >/dev/null 2>&1 || fail "there is no user postgres to run PostgreSQL as"
  postgres_folder=$(mktemp -d "${TMPDIR:-/tmp}/dugnad-postgres.XXXXXX")
  password=$(postgres_password)
  printf '%s\n' "$password" >"$postgres_folder/password"
  ((EUID != 0)) || chown -R postgres: "$postgres_folder"
  (
    cd "$postgres_folder"
    "${as_postgres[@]}" "$programs/initdb" --pgdata=data --username=hub --pwfile=password --auth=scram-sha-256 \
      --encoding=UTF8 --locale=C.UTF-8 --no-sync >initdb.log 2>&1
  ) || fail "initdb failed: $(tail -3 "$postgres_folder/initdb.log")"

  # Nothing here outlives the run, so nothing waits for the disk.
  local settings=(-c listen_addresses=127.0.0.1 -c unix_socket_directories= -c max_connections=300 -c timezone=UTC
    -c fsync=off -c synchronous_commit=off -c full_page_writes=off -c shared_buffers=128MB)
  local attempt
  for attempt in {1..5}; do
    port=$postgres_port
    if ((attempt > 1)) || (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
      port=$(free_port)
    fi
    # Both setpriv and env become the program, so that the pid is the server's.
    "${as_postgres[@]}" "$programs/postgres" -D "$postgres_folder/data" -p "$port" "${settings[@]}" \
      >"$postgres_folder/server.log" 2>&1 &
    postgres_pid=$!
    for _ in {1..300}; do
      kill -0 "$postgres_pid" 2>/dev/null || break
      if "$programs/pg_isready" -q -h 127.0.0.1 -p "$port"; then
        export HUB_TEST_POSTGRES_URL="postgres://hub:$password@127.0.0.1:$port/postgres?sslmode=disable"
        say "PostgreSQL $("$programs/postgres" --version | grep -oE '[0-9.]+' | head -1) runs on 127.0.0.1:$port (pid $postgres_pid) until this script ends"
        return
      fi
      sleep 0.1
    done
    # Another program may have taken the port meanwhile: try the next.
    kill -INT "$postgres_pid" 2>/dev/null || true
    wait "$postgres_pid" || true
    postgres_pid=
  done
  fail "PostgreSQL did not start: $(tail -5 "$postgres_folder/server.log")"
}

stop_postgres() {
  if [[ -n $postgres_pid ]]; then
    # SIGINT is PostgreSQL's fast shutdown: it does not wait for clients.
    kill -INT "$postgres_pid" 2>/dev/null || true
    wait "$postgres_pid" 2>/dev/null || true
    postgres_pid=
  fi
  [[ -z $postgres_folder ]] || rm -rf "$postgres_folder"
  postgres_folder=
}
