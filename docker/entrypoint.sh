#!/usr/bin/env bash
# The entry point of the image that `docker/build-image` builds. It behaves like that of the official image, so that both
# are configured in the same way:
#
#   POSTGRES_PASSWORD          of the superuser; required unless POSTGRES_HOST_AUTH_METHOD is trust
#   POSTGRES_USER              the superuser (postgres)
#   POSTGRES_DB                the first database (named as the superuser)
#   POSTGRES_INITDB_ARGS       more arguments of initdb
#   POSTGRES_INITDB_WALDIR     where the log goes, if not below PGDATA
#   POSTGRES_HOST_AUTH_METHOD  how network clients authenticate (scram-sha-256)
#   PGDATA                     the data directory; existing data is used unchanged
#
# The first four may also come from a file, named by POSTGRES_PASSWORD_FILE and so on. Scripts in
# /docker-entrypoint-initdb.d (*.sh, *.sql, *.sql.gz, *.sql.xz) run once, in the order of their names, on a new server.
set -euo pipefail

fail() { printf 'entrypoint: %s\n' "$*" >&2 && exit 1; }

# from_file NAME DEFAULT: sets NAME, from the file that NAME_FILE names if that is set.
from_file() {
  local file=$1_FILE
  if [ -n "${!file:-}" ]; then
    [ -z "${!1:-}" ] || fail "$1 and $file are both set"
    export "$1=$(<"${!file}")"
  else
    export "$1=${!1:-$2}"
  fi
  unset "$file"
}

# Whether the arguments ask postgres to print something and exit.
only_asks() {
  local arg
  for arg; do
    case $arg in
    -\? | --help | --describe-config | -V | --version | -C | -C?*) return 0 ;;
    esac
  done
  return 1
}

make_cluster() {
  local method=${POSTGRES_HOST_AUTH_METHOD:-scram-sha-256}
  [ -n "$POSTGRES_PASSWORD" ] || [ "$method" = trust ] ||
    fail 'POSTGRES_PASSWORD is not set; set it, or POSTGRES_HOST_AUTH_METHOD=trust to let everybody in'
  # Split into words, with quotes, as in the official image.
  local args=()
  eval "args=(${POSTGRES_INITDB_ARGS:-})"
  [ -z "${POSTGRES_INITDB_WALDIR:-}" ] || args+=(--waldir "$POSTGRES_INITDB_WALDIR")
  # initdb refuses an empty file; in that case the password is not used.
  initdb --username="$POSTGRES_USER" --pwfile=<(printf '%s\n' "${POSTGRES_PASSWORD:-none}") "${args[@]}"
  printf '\nhost all all all %s\n' "$method" >>"$PGDATA/pg_hba.conf"
}

sql() { psql -v ON_ERROR_STOP=1 --no-psqlrc --quiet --username "$POSTGRES_USER" --dbname "${1:-$POSTGRES_DB}"; }

run_scripts() {
  local file
  for file in /docker-entrypoint-initdb.d/*; do
    case $file in
    *.sh)
      echo "entrypoint: $file"
      if [ -x "$file" ]; then "$file"; else . "$file"; fi
      ;;
    *.sql) echo "entrypoint: $file" && sql <"$file" ;;
    *.sql.gz) echo "entrypoint: $file" && gunzip -c "$file" | sql ;;
    *.sql.xz) echo "entrypoint: $file" && xzcat "$file" | sql ;;
    '/docker-entrypoint-initdb.d/*') ;;
    *) echo "entrypoint: $file is ignored" ;;
    esac
  done
}

# Fills the new cluster while no other client can reach it.
fill_cluster() {
  export PGPASSWORD=$POSTGRES_PASSWORD
  pg_ctl --pgdata "$PGDATA" --wait --timeout=300 --options "$(printf '%q ' "$@" -c listen_addresses=)" start
  if [ "$POSTGRES_DB" != postgres ]; then
    echo "SELECT format('CREATE DATABASE %I', :'db') WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = :'db') \gexec" |
      psql -v ON_ERROR_STOP=1 --no-psqlrc --quiet -v db="$POSTGRES_DB" --username "$POSTGRES_USER" --dbname postgres
  fi
  run_scripts
  pg_ctl --pgdata "$PGDATA" --mode=fast --wait stop
  unset PGPASSWORD
}

[ "${1:0:1}" != - ] || set -- postgres "$@"
[ "${1:-}" = postgres ] && ! only_asks "${@:2}" || exec "$@"

if [ "$(id -u)" = 0 ]; then
  mkdir -p "$PGDATA" /var/run/postgresql ${POSTGRES_INITDB_WALDIR:+"$POSTGRES_INITDB_WALDIR"}
  find "$PGDATA" /var/run/postgresql ${POSTGRES_INITDB_WALDIR:+"$POSTGRES_INITDB_WALDIR"} \
    ! -user postgres -exec chown postgres:postgres {} +
  # PostgreSQL refuses to run as root. With `--user` the container already runs as another user.
  exec setpriv --reuid=postgres --regid=postgres --init-groups "$0" "$@"
fi
mkdir -p "$PGDATA"
chmod 0700 "$PGDATA" 2>/dev/null || true
if [ ! -s "$PGDATA/PG_VERSION" ]; then
  from_file POSTGRES_PASSWORD ''
  from_file POSTGRES_USER postgres
  from_file POSTGRES_DB "$POSTGRES_USER"
  from_file POSTGRES_INITDB_ARGS ''
  make_cluster
  fill_cluster "${@:2}"
fi
unset POSTGRES_PASSWORD
exec "$@"
