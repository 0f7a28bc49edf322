# Sourced by scripts: serves bin/hub with demo content while the script runs, from the repository's root. Needs install.sh
# and postgres.sh.
# shellcheck shell=bash

hub_pid=
hub_folder=

# start_hub serves demo content from a temporary folder. When the hub is ready it sets HUB_TEST_URL, HUB_TEST_KEY (an ADMIN's), and
# HUB_TEST_EMAIL and HUB_TEST_PASSWORD (a CONTRIBUTOR's).
start_hub() {
  local port variable
  for variable in $(compgen -e HUB_ || true); do
    [[ $variable == HUB_TEST_* ]] || unset "$variable"
  done
  port=$(free_port)
  hub_folder=$(mktemp -d "${TMPDIR:-/tmp}/dugnad-served.XXXXXX")
  HUB_DEMO=true HUB_DATA=$hub_folder/data HUB_ADDR=127.0.0.1:$port HUB_ADMIN_ADDR='' HUB_WEBHOOK_NETWORKS=127.0.0.0/8 \
    bin/hub serve >"$hub_folder/log" 2>&1 &
  hub_pid=$!
  for _ in {1..600}; do
    kill -0 "$hub_pid" 2>/dev/null || fail "the hub ended: $(tail -20 "$hub_folder/log")"
    if [[ $(http_status "$port" /readyz) == 200 ]]; then
      export HUB_TEST_URL=http://127.0.0.1:$port
      HUB_TEST_KEY=$(HUB_DATA=$hub_folder/data bin/hub key create --organization ks --role ADMIN)
      export HUB_TEST_KEY
      # Somebody in a municipality, who may write drafts.
      export HUB_TEST_EMAIL=kari@kinn.example HUB_TEST_PASSWORD=ein-lang-setning-som-passord
      HUB_DATA=$hub_folder/data bin/hub account create --email "$HUB_TEST_EMAIL" --name Kari --role CONTRIBUTOR \
        --organization kinn-kommune <<<"$HUB_TEST_PASSWORD" >/dev/null
      say "The hub is ready on 127.0.0.1:$port (pid $hub_pid)"
      return
    fi
    sleep 0.2
  done
  fail "the hub was not ready within two minutes: $(tail -20 "$hub_folder/log")"
}

stop_hub() {
  local code=$?
  if [[ -n $hub_pid ]]; then
    kill -TERM "$hub_pid" 2>/dev/null || true
    wait "$hub_pid" 2>/dev/null || true
    hub_pid=
  fi
  if [[ -n $hub_folder ]]; then
    ((code == 0)) || { say "The hub's last lines:" && tail -20 "$hub_folder/log" >&2; }
    rm -rf "$hub_folder"
  fi
}

# http_status PORT PATH: prints the status that 127.0.0.1:PORT answers, or nothing.
http_status() {
  (
    exec 3<>"/dev/tcp/127.0.0.1/$1"
    printf 'GET %s HTTP/1.1\r\nHost: 127.0.0.1:%s\r\nConnection: close\r\n\r\n' "$2" "$1" >&3
    read -r -t 5 _ status _ <&3
    printf '%s' "$status"
  ) 2>/dev/null || true
}
