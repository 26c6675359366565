#!/usr/bin/env bash
# Starts a Docker engine on a Debian machine and gives it the images that the
# tests of the container path use. The images are made of the machine's own
# packages, so that no registry is asked; names and entry points are those of
# the official ones. It needs root, and neither systemd nor a network beyond
# the one that apt-get uses. It may be run again: what is there stays.
set -euo pipefail

work=${KATA_ENGINE_DIR:-/var/tmp/kata-engine}
mkdir -p "$work"
begun=$(date +%s%N)
step() { echo "engine: $(( ($(date +%s%N) - begun) / 1000000 )) ms: $*"; }
fail() { echo "engine: $*" >&2; exit 1; }

answers() { curl -sf -m 2 --unix-socket /var/run/docker.sock http://engine/_ping >/dev/null; }

packages() {
  local missing=()
  for p in docker.io iptables busybox-static redis-server postgresql-15 curl; do
    dpkg -s "$p" >/dev/null 2>&1 || missing+=("$p")
  done
  [ ${#missing[@]} = 0 ] && return
  export DEBIAN_FRONTEND=noninteractive
  printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d # packages start nothing by themselves
  chmod 755 /usr/sbin/policy-rc.d
  apt-get install -y -qq --no-install-recommends -o DPkg::Lock::Timeout=120 "${missing[@]}" >"$work/apt.log" 2>&1 ||
    fail "cannot install ${missing[*]}: $(tail -1 "$work/apt.log")"
}

# Root without CAP_SYS_RESOURCE, as in some sandboxes, may not raise limits:
# containers are then made without what needs it.
runtime() {
  local caps
  caps=$(awk '/^CapEff/ {print $2}' /proc/self/status)
  if (( (16#$caps >> 24) & 1 )); then return; fi
  cat >"$work/runc" <<'RUNC'
#!/bin/bash
for ((i = 1; i <= $#; i++)); do
  case "${!i}" in
    --bundle | -b) j=$((i + 1)); bundle=${!j} ;;
    --bundle=*) bundle=${!i#*=} ;;
  esac
done
if [ -n "${bundle:-}" ] && [ -f "$bundle/config.json" ]; then
  sed -i -E 's/,"CAP_SYS_RESOURCE"//g; s/"CAP_SYS_RESOURCE",?//g; s/"oomScoreAdj":-[0-9]+/"oomScoreAdj":0/
    s/("type":"RLIMIT_NOFILE","hard":)[0-9]+,"soft":[0-9]+/\120000,"soft":20000/' "$bundle/config.json"
fi
exec runc "$@"
RUNC
  chmod 755 "$work/runc"
  echo "--add-runtime small=$work/runc --default-runtime small"
}

engine() {
  answers && return
  for _ in 1 2 3; do # what a killed one left may stop the first
    rm -f /var/run/docker.pid
    # shellcheck disable=SC2046 # several words
    setsid nohup dockerd --ip 127.0.0.1 --mtu 1400 --log-level warn $(runtime) >"$work/dockerd.log" 2>&1 </dev/null &
    for _ in $(seq 300); do
      answers && return
      kill -0 $! 2>/dev/null || break
      sleep 0.1
    done
  done
  fail "dockerd does not answer: $(tail -2 "$work/dockerd.log")"
}

# tree DIR PROGRAM... makes a root file system of busybox and programs with the
# libraries that they load.
tree() {
  local d=$1
  rm -rf "$d"
  mkdir -p "$d"/{bin,sbin,etc/ssl/certs,proc,sys,dev,run,root,usr/bin,usr/sbin,usr/local/bin,var/lib,tmp}
  ln -s ../run "$d/var/run"
  chmod 1777 "$d/tmp"
  cp /bin/busybox "$d/bin/"
  chroot "$d" /bin/busybox --install -s /bin
  printf 'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534::/:/bin/false\npostgres:x:999:999::/var/lib/postgresql:/bin/sh\n' >"$d/etc/passwd"
  printf 'root:x:0:\nnogroup:x:65534:\npostgres:x:999:\n' >"$d/etc/group"
  shift
  [ $# = 0 ] || with "$d" "$@"
}

with() {
  local d=$1
  shift
  cp --parents -L "$@" "$d"
  libraries "$@" | xargs -r cp -n --parents -L -t "$d"
}

libraries() { { ldd "$@" 2>/dev/null || true; } | grep -oE '/[^ ()]+\.so[^ ()]*' | sort -u; }

path='ENV PATH=/usr/local/go/bin:/usr/lib/postgresql/15/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

have() { docker image inspect "$1" >/dev/null 2>&1; }

# image DIR NAME LINE... makes an image of a tree; the lines are a Dockerfile's.
image() {
  local d=$1 name=$2 changes=()
  shift 2
  for line in "$path" "$@"; do changes+=(--change "$line"); done
  tar -C "$d" --numeric-owner -c . | docker import "${changes[@]}" - "$name" >/dev/null
  rm -rf "$d"
  step "$name"
}

alpine() {
  have alpine:3.20 && return
  tree "$work/alpine"
  image "$work/alpine" alpine:3.20 'CMD ["/bin/sh"]'
}

postgres() {
  have postgres:16-alpine && return
  local d=$work/postgres b=/usr/lib/postgresql/15
  tree "$d" $b/bin/{postgres,initdb,pg_ctl,psql,pg_isready} /usr/bin/setpriv
  tar -C / -c --exclude='llvmjit*' --exclude=bitcode --exclude='plperl*' --exclude='plpython*' --exclude='pltcl*' ${b#/}/lib usr/share/postgresql/15 usr/share/zoneinfo | tar -C "$d" -x
  libraries "$d$b"/lib/*.so | { grep -v "$b" || true; } | xargs -r cp -n --parents -L -t "$d"
  sed -i "s/^#listen_addresses.*/listen_addresses = '*'/" "$d/usr/share/postgresql/15/postgresql.conf.sample"
  cat >"$d/usr/local/bin/docker-entrypoint.sh" <<'ENTRY'
#!/bin/sh
# As the official one: a password is demanded, a first start on a socket alone,
# then the server for all.
set -e
[ "$1" = postgres ] || exec "$@"
if [ "$(id -u)" = 0 ]; then
  mkdir -p "$PGDATA"
  chown -R postgres "$PGDATA"
  chmod 700 "$PGDATA"
  exec /usr/bin/setpriv --reuid=postgres --regid=postgres --clear-groups "$0" "$@"
fi
if [ ! -s "$PGDATA/PG_VERSION" ]; then
  [ -n "$POSTGRES_PASSWORD" ] || { echo 'Error: POSTGRES_PASSWORD is not set' >&2; exit 1; }
  echo "$POSTGRES_PASSWORD" >/tmp/password
  initdb --username=postgres --pwfile=/tmp/password --no-sync -E UTF8 --no-locale >/dev/null
  rm /tmp/password
  echo 'host all all all scram-sha-256' >>"$PGDATA/pg_hba.conf"
  pg_ctl -D "$PGDATA" -o "-c listen_addresses= -c unix_socket_directories=/tmp" -w start
  pg_ctl -D "$PGDATA" -m fast -w stop
fi
exec "$@" -c unix_socket_directories=/tmp
ENTRY
  chmod 755 "$d/usr/local/bin/docker-entrypoint.sh"
  image "$d" postgres:16-alpine 'ENV PGDATA=/var/lib/postgresql/data' 'VOLUME /var/lib/postgresql/data' 'EXPOSE 5432' \
    'ENTRYPOINT ["docker-entrypoint.sh"]' 'CMD ["postgres"]'
}

redis() {
  have redis:7 && return
  local d=$work/redis
  tree "$d" /usr/bin/redis-server
  printf '#!/bin/sh\n[ "$1" != redis-server ] || set -- "$@" --protected-mode no\nexec "$@"\n' >"$d/usr/local/bin/docker-entrypoint.sh"
  chmod 755 "$d/usr/local/bin/docker-entrypoint.sh"
  image "$d" redis:7 'EXPOSE 6379' 'ENTRYPOINT ["docker-entrypoint.sh"]' 'CMD ["redis-server"]'
}

golang() {
  have golang:1.26 && return
  local d=$work/golang root
  root=$(go env GOROOT)
  tree "$d"
  mkdir -p "$d/usr/local/go"
  tar -C "$root" -c --exclude=./test --exclude=./doc --exclude=./api . | tar -C "$d/usr/local/go" -x
  mkdir -p "$d/root/.cache/go-build"
  GOCACHE=$d/root/.cache/go-build CGO_ENABLED=0 GOFLAGS= GO111MODULE=off go build -trimpath net/http encoding/json
  image "$d" golang:1.26 'ENV GOTOOLCHAIN=local' 'ENV CGO_ENABLED=0' 'ENV GOPATH=/go' 'WORKDIR /go' 'CMD ["sh"]'
}

packages
step packages
engine
step "engine $(docker version --format '{{.Server.Version}}')"
alpine
postgres
redis
golang
