#!/usr/bin/env bash
# Holds the served OpenAPI document against the server: schemathesis sends what the document allows and what it does not,
# and a client that openapi-python-client makes of the document does the whole story of docs/service.md (story.py).
#
#   bench/serve/conformance.sh [FOLDER]     # of the tools, which pip installs there once; EXAMPLES=40 SEED=1
#
# Every answer must have a status, a type and a schema that the document lists, and none may be 5xx. Checks that are left out:
# ignored_auth, which sends wrong keys until the address is refused (access_test.go has it), and negative_data_rejection,
# since null is taken as "left out".
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
"$exemplar" serve --data "$work/data" --listen "127.0.0.1:$port" --quiet &
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
TOML
cd "$work"
"$tools/bin/schemathesis" run "$url/api/v1/openapi.json" -H "Authorization: Bearer $key" --seed "${SEED:-1}" --max-examples "${EXAMPLES:-40}" \
  --phases examples,coverage,fuzzing --exclude-operation-id delete-collection --exclude-checks ignored_auth,negative_data_rejection \
  --continue-on-failure --suppress-health-check all --no-color --request-timeout 60
