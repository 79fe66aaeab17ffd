#!/usr/bin/env bash
# Search over HTTP, one client and sixteen, alone and while an import runs beside the server: bench/search.sh DATA-FOLDER IMPORT-FILE [SECONDS]
# Needs wrk and sqlite3. The import is made again and again under new names of a data set: give a copy of the data folder.
set -euo pipefail
cd "$(dirname "$0")/.."
data=$1 file=$2 seconds=${3:-5} port=5096 work=$(mktemp -d) importing=
trap '[[ -n $importing ]] && kill -- -$importing 2>/dev/null; kill $server 2>/dev/null; wait; rm -rf "$work"' EXIT
queries() { # FILE, an SQL expression over name and number
  sqlite3 "$data/qijian.db" "SELECT DISTINCT $2 FROM registry_companies WHERE length(name) > 7 AND number % (SELECT MAX(1, MAX(number) / 4000) FROM registry_companies) = 0 LIMIT 4000" >"$work/$1.txt"
  cat >"$work/$1.lua" <<LUA
local all, i = {}, 0
for line in io.lines("$work/$1.txt") do all[#all + 1] = "$3" .. line:gsub("[^%w]", function(c) return string.format("%%%02X", c:byte()) end) end
request = function() i = i % #all + 1; return wrk.format("GET", all[i]) end
LUA
}
queries suggestions 'substr(name, 1, 2 + number % 5)' '/api/v1/suggest?q='
queries results 'substr(name, 3, 2 + number % 3)' '/search?q='
dotnet build src/Qijian -c Release -v quiet --nologo -clp:ErrorsOnly
artifacts/bin/Qijian/release/qijian serve --data "$data" --urls "http://localhost:$port" --RateLimits:Enabled=false >/dev/null & server=$!
site="http://localhost:$port"
until curl -sf "$site/api/v1/companies?q=%E7%A7%91%E6%8A%80" >/dev/null; do sleep 0.02; done
cpu() { awk '{print ($14 + $15) * 10000}' /proc/$server/stat; }
load() { # NAME, CLIENTS
  local before after out; before=$(cpu)
  out=$(wrk -t1 -c"$2" -d"$seconds" --latency -s "$work/$1.lua" "$site"); after=$(cpu)
  awk -v name="$1, $2 clients$3" -v cpu=$((after - before)) '/requests in/ {n = $1} /Requests\/sec/ {r = $2} /50%/ {m = $2} /99%/ {p = $2} /Non-2xx/ {bad = "  " $0}
    END {printf "%-40s %9.0f/s  p50 %-9s p99 %-9s %6.0f µs CPU%s\n", name, r, m, p, cpu / n, bad}' <<<"$out"
}
all() { for name in suggestions results; do for clients in 1 16; do load "$name" "$clients" "$1"; done; done; }
for name in suggestions results; do wrk -t1 -c8 -d5 -s "$work/$name.lua" "$site" >/dev/null; done # warm
all ""
set -m
(n=0; while n=$((n + 1)); do artifacts/bin/Qijian/release/qijian import "$file" --data "$data" --dataset "load-$n" --json >>"$work/imports.json" 2>&1 || exit; done) & importing=$!
set +m
sleep 3
all ", while importing"
if kill -0 $importing 2>/dev/null; then echo "the import was under way throughout: $(wc -l <"$work/imports.json") ended before"; else echo "the import ended early:"; tail -3 "$work/imports.json"; fi
