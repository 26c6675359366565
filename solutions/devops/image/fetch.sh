#!/bin/sh
# Fetches the modules that go.mod names. The private ones come from the
# company's proxy, which lets nobody in without the token.
set -eu

if [ -z "${MODULES_TOKEN:-}" ]; then
	echo "fetch.sh: MODULES_TOKEN is empty, the module proxy will not let us in" >&2
	exit 1
fi

echo "fetch.sh: fetching the modules"
export GOPROXY="https://ci:${MODULES_TOKEN}@modules.example.com,direct"
go mod download
