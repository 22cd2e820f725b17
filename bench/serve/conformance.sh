#!/usr/bin/env bash
# Holds the served OpenAPI document against the server: schemathesis sends what the document allows and what it does not,
# and a client that openapi-python-client makes of the document does the whole story of docs/service.md (story.py).
#
#   bench/serve/conformance.sh [FOLDER]     # of the tools, which pip installs there once; EXAMPLES=40 SEED=1
#
# Every answer must have a status, a type and a schema that the document lists, and none may be 5xx. Checks that are left out:
# ignored_auth, which sends wrong keys until the address is refused (access_test.go has it), negative_data_rejection,
# since null is taken as "left out", and positive_data_acceptance, since a schema cannot say what a label or a folder is.
# The events of a job are a text to the document, which a client can read; schemathesis would have a schema of each event.
set -euo pipefail
cd "$(dirname "$0")/../.."
tools=${1:-$(mktemp -d)}
work=$(mktemp -d)
trap 'kill "$server" 2>/dev/null || true; rm -rf "$work"' EXIT
server=
[ -x "$tools/bin/schemathesis" ] || { python3 -m venv "$tools" && "$tools/bin/pip" -q install schemathesis openapi-python-client; }
go build -trimpath -o "$work/exemplar" ./cmd/exemplar
exemplar=$work/exemplar

"$exemplar" draw "$work/documents" --kind ticket --kind form --count 2 --photos 2
key=$("$exemplar" key create --data "$work/data" --role admin --rate 1000000 conformance)
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
url=http://127.0.0.1:$port
"$exemplar" serve --data "$work/data" --listen "127.0.0.1:$port" --folder "$work/documents" 2>"$work/log" &
server=$!
until curl -sf "$url/readyz" >/dev/null; do sleep 0.2; done

(cd "$work" && PATH=$tools/bin:$PATH openapi-python-client generate --url "$url/api/v1/openapi.json" --output-path client >/dev/null 2>&1)
PYTHONPATH=$work/client "$tools/bin/python" bench/serve/story.py "$url" "$key" "$work/documents"

# One collection, reference, decision and key to work with: random names would only find out that there is no such thing.
send() { curl -sf -H "Authorization: Bearer $key" "$@"; }
first() { sed "s/.*\"$1\":\"\([^\"]*\)\".*/\1/"; }
send "$url/api/v1/collections" -H 'Content-Type: application/json' -d '{"name":"mailroom","keep_pictures":"all"}' >/dev/null
reference=$(send "$url/api/v1/collections/mailroom/references" -F label=travel/ticket -F file=@"$(echo "$work"/documents/ticket/*/*_ref.png | cut -d' ' -f1)" | first id)
decision=$(send "$url/api/v1/collections/mailroom/classify" --data-binary @"$(echo "$work"/documents/ticket/*/photo1.jpg | cut -d' ' -f1)" | first decision_id)
# A job that is done, one that is paused, and one that may be cancelled: each has work for its routes.
job() { send "$url/api/v1/collections/mailroom/jobs" -H 'Content-Type: application/json' -d "$1" | first id; }
printf 'broken' >"$work/documents/broken.jpg"
for _ in $(seq 200); do find "$work/documents" -name 'photo*.jpg'; done >"$work/documents/list.txt" # long enough to be paused
done=$(job "{\"folder\":\"$work/documents\"}")
until send "$url/api/v1/jobs/$done" | grep -q '"state":"done"'; do sleep 0.2; done
held=$(job "{\"manifest\":\"$work/documents/list.txt\"}")
send -X POST "$url/api/v1/jobs/$held/pause" >/dev/null
spare=$(job "{\"manifest\":\"$work/documents/list.txt\"}")
send -X POST "$url/api/v1/jobs/$spare/pause" >/dev/null
prefix=$(send "$url/api/v1/keys" -H 'Content-Type: application/json' -d '{"name":"victim","role":"classify"}' | first prefix)
cat >"$work/schemathesis.toml" <<TOML
[parameters]
"path.collection" = "mailroom"
"path.prefix" = "$prefix"

[[operations]]
include-path-regex = "/references/.id."
parameters = { "path.id" = "$reference" }

[[operations]]
include-path-regex = "/decisions/.id."
parameters = { "path.id" = "$decision" }

[[operations]]
include-operation-id = "job-events"
checks.response_schema_conformance.enabled = false

[[operations]]
include-operation-id = ["pause-job", "resume-job"]
parameters = { "path.id" = "$held" }

[[operations]]
include-operation-id = "cancel-job"
parameters = { "path.id" = "$spare" }

[[operations]]
include-path-regex = "/jobs/.id."
parameters = { "path.id" = "$done" }
TOML
cd "$work"
# Random names of folders would never start a job: these do.
curl -sf "$url/api/v1/openapi.json" | python3 -c 'import json, sys
api = json.load(sys.stdin)
start = api["paths"]["/api/v1/collections/{collection}/jobs"]["post"]
start["requestBody"]["content"]["application/json"]["examples"] = {"folder": {"value": {"folder": sys.argv[1]}}, "list": {"value": {"manifest": sys.argv[1] + "/list.txt"}}}
json.dump(api, sys.stdout)' "$work/documents" >openapi.json
: >log
status=0
"$tools/bin/schemathesis" run openapi.json --url "$url" -H "Authorization: Bearer $key" --seed "${SEED:-1}" --max-examples "${EXAMPLES:-40}" \
  --phases examples,coverage,fuzzing --exclude-operation-id delete-collection --exclude-checks ignored_auth,negative_data_rejection,positive_data_acceptance \
  --continue-on-failure --suppress-health-check all --no-color --request-timeout 60 || status=$?
echo "Answers of the routes of jobs, by status:"
python3 - log <<'PY'
import collections, json, re, sys
counts = collections.Counter()
for line in open(sys.argv[1], errors="replace"):
    if '"msg":"request"' in line and "jobs" in line:
        of = json.loads(line)
        path = re.sub("collections/[^/]+", "collections/mailroom", of["path"])
        counts[of["method"], re.sub("jobs/(?!upload$)[^/]+", "jobs/ID", path), of["status"]] += 1
for (method, path, status), n in sorted(counts.items()):
    if method in ("GET", "POST"):
        print(f"{n:6} {status} {method} {path}")
PY
exit "$status"
