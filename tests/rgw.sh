#!/usr/bin/env bash
# A throw-away Ceph RADOS gateway, the real S3 server of the tests: one monitor, one manager, one in-memory OSD.
#
#   tests/rgw.sh start DIR   starts it below DIR, on free ports of 127.0.0.1, and writes DIR/env with
#                            PLIMSOLL_TEST_S3_{ENDPOINT,ACCESS_KEY,SECRET_KEY}; the secrets are made now
#   tests/rgw.sh stop DIR    ends exactly the processes that start began
#
# Needs, as root: radosgw ceph-mon ceph-mgr ceph-osd (Debian, without recommended packages).
set -eEuo pipefail

action=${1:?start or stop}
dir=$(realpath -m "${2:?a directory}")
export CEPH_CONF=$dir/ceph.conf

stop() {
  for daemon in radosgw osd mgr mon; do
    [ -f "$dir/$daemon.pid" ] || continue
    pid=$(cat "$dir/$daemon.pid")
    # The id may have been given to another process since: look at what runs under it.
    if grep -qs "$CEPH_CONF" "/proc/$pid/cmdline"; then
      kill "$pid" 2>/dev/null || true
      for _ in $(seq 50); do kill -0 "$pid" 2>/dev/null || break; sleep 0.1; done
      kill -9 "$pid" 2>/dev/null || true
    fi
    rm -f "$dir/$daemon.pid"
  done
}

free_port() {
  python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

run() { # NAME COMMAND…: starts a daemon in the foreground mode, remembers its id
  local name=$1
  shift
  setsid "$@" >"$dir/$name.log" 2>&1 </dev/null &
  echo $! >"$dir/$name.pid"
}

start() {
  mkdir -p "$dir"/{mon,mgr,osd,rgw}
  local mon_port rgw_port fsid
  mon_port=$(free_port)
  rgw_port=$(free_port)
  fsid=$(cat /proc/sys/kernel/random/uuid)
  cat >"$CEPH_CONF" <<CONF
[global]
fsid = $fsid
mon host = v1:127.0.0.1:$mon_port
ms bind msgr2 = false
public addr = 127.0.0.1
auth cluster required = none
auth service required = none
auth client required = none
auth allow insecure global id reclaim = true
run dir = $dir
admin socket =
log file =
log to stderr = false
mon cluster log file =
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 1
osd pool default pgp num = 1
osd pool default pg autoscale mode = off
osd crush chooseleaf type = 0
mon allow pool size one = true
mon warn on pool no redundancy = false
mon data avail warn = 0
mon data avail crit = 0
mon max pg per osd = 1000
osd objectstore = memstore
# The OSD would place itself in the map at its start; now and then it does so before it knows the cluster, and ends.
osd class update on start = false
osd crush update on start = false
memstore device bytes = 4294967296
mon data = $dir/mon
mgr data = $dir/mgr
osd data = $dir/osd
rgw data = $dir/rgw
rgw frontends = beast endpoint=127.0.0.1:$rgw_port
rgw dns name = 127.0.0.1
# What is overwritten or deleted is freed soon, not after two hours: it is kept in memory here.
rgw gc obj min wait = 1
rgw gc processor period = 2
rgw gc processor max time = 2
CONF
  monmaptool --create --clobber --fsid "$fsid" --addv a "v1:127.0.0.1:$mon_port" "$dir/monmap" >/dev/null
  ceph-mon -c "$CEPH_CONF" --mkfs -i a --monmap "$dir/monmap" >/dev/null
  run mon ceph-mon -c "$CEPH_CONF" -i a -f
  run mgr ceph-mgr -c "$CEPH_CONF" -i x -f
  # memstore makes its own id; the monitor must be told that one.
  ceph-osd -c "$CEPH_CONF" -i 0 --mkfs >"$dir/osd.log" 2>&1
  ceph --connect-timeout 30 osd new "$(cat "$dir/osd/fsid")" >/dev/null
  ceph --connect-timeout 30 osd crush add osd.0 1.0 root=default host=local >/dev/null 2>&1
  run osd ceph-osd -c "$CEPH_CONF" -i 0 -f
  run radosgw radosgw -c "$CEPH_CONF" -n client.rgw -f
  local endpoint=http://127.0.0.1:$rgw_port
  for _ in $(seq 300); do
    curl -s -o /dev/null --max-time 2 "$endpoint/" && break
    for daemon in mon mgr osd radosgw; do
      kill -0 "$(cat "$dir/$daemon.pid")" || { echo "rgw.sh: $daemon ended" >&2; return 1; }
    done
    sleep 0.1
  done
  umask 077
  timeout 60 radosgw-admin user create --uid plimsoll --display-name plimsoll >"$dir/user.json" 2>"$dir/user.log"
  python3 - "$dir/user.json" "$endpoint" >"$dir/env" <<'PYTHON'
import json, sys
key = json.load(open(sys.argv[1]))["keys"][0]
print(f"export PLIMSOLL_TEST_S3_ENDPOINT={sys.argv[2]}")
print(f"export PLIMSOLL_TEST_S3_ACCESS_KEY={key['access_key']}")
print(f"export PLIMSOLL_TEST_S3_SECRET_KEY={key['secret_key']}")
PYTHON
}

case $action in
  start)
    trap 'echo "rgw.sh: could not start" >&2; tail -n 4 "$dir"/*.log >&2; stop' ERR
    start
    ;;
  stop) stop ;;
  *)
    echo "usage: tests/rgw.sh start|stop DIR" >&2
    exit 2
    ;;
esac
