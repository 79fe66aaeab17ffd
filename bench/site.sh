#!/usr/bin/env bash
# Requests a second of the site's pages beside a bare endpoint, in one run: bench/site.sh DATA-FOLDER [SECONDS]
# Needs wrk and sqlite3. The server is warmed first; pages are those of companies spread over the whole registry.
set -euo pipefail
cd "$(dirname "$0")/.."
data=$1 seconds=${2:-5} port=5095 ids=$(mktemp) script=$(mktemp)
trap 'kill $server 2>/dev/null; rm -f "$ids" "$script"' EXIT
sqlite3 "$data/qijian.db" "SELECT id FROM registry_companies WHERE number % (SELECT MAX(1, MAX(number) / 4000) FROM registry_companies) = 0 LIMIT 4000" >"$ids"
cat >"$script" <<LUA
local ids, i = {}, 0
for line in io.lines("$ids") do ids[#ids + 1] = line end
request = function() i = i % #ids + 1; return wrk.format("GET", "/companies/" .. ids[i]) end
LUA
dotnet build src/Qijian -c Release -v quiet --nologo -clp:ErrorsOnly
started=$(date +%s%N)
artifacts/bin/Qijian/release/qijian serve --data "$data" --urls "http://localhost:$port" --RateLimits:Enabled=false >/dev/null & server=$!
until curl -sf "http://localhost:$port/api/v1/companies?q=%E7%A7%91%E6%8A%80" >/dev/null; do sleep 0.02; done
echo "start to the first answered search: $(( ($(date +%s%N) - started) / 1000000 )) ms"
cpu() { awk '{print ($14 + $15) * 10000}' /proc/$server/stat; }
load() { # NAME, wrk's arguments
  local name=$1 before after out; shift; before=$(cpu)
  out=$(wrk -t1 -c8 -d"$seconds" --latency "$@"); after=$(cpu)
  awk -v name="$name" -v cpu=$((after - before)) '/requests in/ {n = $1} /Requests\/sec/ {r = $2} /99%/ {p = $2} END {printf "%-14s %9.0f/s  p99 %-9s %6.0f µs CPU\n", name, r, p, cpu / n}' <<<"$out"
}
site="http://localhost:$port"
wrk -t1 -c8 -d20 -s "$script" "$site" >/dev/null
for round in 1 2 3; do
  load hello "$site/healthz"
  load company -s "$script" "$site"
  load results "$site/search?q=%E5%B0%8F%E7%B1%B3"
  load suggest "$site/api/v1/suggest?q=xiaomi"
done
page="$site/companies/$(head -1 "$ids")"
for path in "$page" "$page/ownership" "$site/search?q=%E5%B0%8F%E7%B1%B3" "$site/site.css" "$site/site.js"; do
  echo "$(curl -s -H 'Accept-Encoding: gzip' "$path" -o /dev/null -w '%{size_download}') bytes gzip: ${path#"$site"}"
done
