#!/usr/bin/env bash
# Runs a Redis, two schedulers and two workers on this machine until you press Ctrl-C. It needs redis-server and timers.
set -euo pipefail

file=$(cd "$(dirname "$0")" && pwd)/timers.yaml
place=${PLACE:-$(mktemp -d)}
port=${PORT:-7399}
read -ra timers <<< "${TIMERS:-timers}"
url=redis://127.0.0.1:$port/0

for program in redis-server "${timers[0]}"; do
  if ! type "$program" > /dev/null 2>&1; then
    echo "cluster.sh: there is no $program on the PATH" >&2
    exit 1
  fi
done
mkdir -p "$place"

trap 'kill $(jobs -p) 2> /dev/null || true; wait' EXIT
trap 'exit 0' INT TERM

redis-server --port "$port" --bind 127.0.0.1 --save '' --dir "$place" > "$place/redis.log" &
echo "redis: pid $!"

node() {
  mkdir -p "$place/$1"
  # Fills in the name and the address, so that every command works in its folder.
  sed -e "s|\${STATE_URL[^}]*}|$url|" -e "s|\${MACHINE[^}]*}|$1|" "$file" > "$place/$1/timers.yaml"
  (cd "$place/$1" && exec "${timers[@]}" "${@:2}" --log-format json > log 2>&1) &
  echo "$1: pid $!, in $place/$1"
}
node one start
node two start
node w1 worker
node w2 worker
wait
