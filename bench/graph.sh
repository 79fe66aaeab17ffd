#!/usr/bin/env bash
# Pages and answers of relations over HTTP, one client and sixteen: bench/graph.sh DATA-FOLDER [SECONDS]
# Needs wrk and sqlite3. Companies and pairs of them are spread over the whole registry; each is asked once or a few times.
set -euo pipefail
cd "$(dirname "$0")/.."
data=$1 seconds=${2:-5} port=5097 work=$(mktemp -d) server=
trap 'kill $server 2>/dev/null; wait; rm -rf "$work"' EXIT
sqlite3 "$data/qijian.db" "SELECT id FROM registry_companies WHERE number % (SELECT MAX(1, MAX(number) / 20000) FROM registry_companies) = 1 LIMIT 20000" | shuf --random-source=<(yes) >"$work/ids"
script() { # NAME, a Lua expression over a and b
  cat >"$work/$1.lua" <<LUA
local ids, i = {}, 0
for line in io.lines("$work/ids") do ids[#ids + 1] = line end
request = function()
  i = i % #ids + 1
  local a, b = ids[i], ids[(i * 7919) % #ids + 1]
  return wrk.format("GET", $2)
end
LUA
}
script "ownership page" '"/companies/" .. a .. "/structure"'
script "path page" '"/relations?from=" .. a .. "&to=" .. b'
script "group page" '"/companies/" .. a .. "/group"'
script "owners" '"/api/v1/companies/" .. a .. "/owners"'
script "beneficial owners" '"/api/v1/companies/" .. a .. "/beneficial-owners"'
script "paths" '"/api/v1/paths?from=" .. a .. "&to=" .. b'
script "company page" '"/companies/" .. a'
dotnet build src/Qijian -c Release -v quiet --nologo -clp:ErrorsOnly
started=$(date +%s%N)
artifacts/bin/Qijian/release/qijian serve --data "$data" --urls "http://localhost:$port" --RateLimits:Enabled=false >/dev/null & server=$!
site="http://localhost:$port"
until curl -sf "$site/api/v1/companies/$(head -1 "$work/ids")/owners" >/dev/null; do sleep 0.02; done
echo "start to the first answer: $(( ($(date +%s%N) - started) / 1000000 )) ms, $(awk '/VmRSS/ {print int($2 / 1024)}' /proc/$server/status) MB resident"
cpu() { awk '{print ($14 + $15) * 10000}' /proc/$server/stat; }
load() { # NAME, CLIENTS
  local before after out; before=$(cpu)
  out=$(wrk -t1 -c"$2" -d"$seconds" --latency -s "$work/$1.lua" "$site"); after=$(cpu)
  awk -v name="$1, $2 clients" -v cpu=$((after - before)) '/requests in/ {n = $1} /Requests\/sec/ {r = $2} /50%/ {m = $2} /99%/ {p = $2} /Non-2xx/ {bad = "  " $0}
    END {printf "%-32s %9.0f/s  p50 %-9s p99 %-9s %6.0f µs CPU%s\n", name, r, m, p, cpu / n, bad}' <<<"$out"
}
names=("company page" "ownership page" "path page" "group page" "owners" "beneficial owners" "paths")
for name in "${names[@]}"; do wrk -t1 -c8 -d4 -s "$work/$name.lua" "$site" >/dev/null; done # warm
for name in "${names[@]}"; do for clients in 1 16; do load "$name" "$clients"; done; done
awk '/VmRSS/ {print int($2 / 1024), "MB resident"}' /proc/$server/status
