#!/usr/bin/env bash
# Builds Jaeger's all-in-one with its storage in memory from the upstream module, once a version, into the cache. Needs Go; takes three minutes of CPU.
# With --check it builds nothing, and fails where it could not.
set -euo pipefail
version=1.62.0
cache=${XDG_CACHE_HOME:-$HOME/.cache}/watchkeeper/jaeger-$version
if [ -x "$cache/jaeger" ]; then
  echo "$cache"
  exit 0
fi
command -v go > /dev/null || { echo 'Go, which builds Jaeger, is not installed.' >&2; exit 1; }
[ "${1:-}" != --check ] || exit 0
mkdir -p "$cache"
work=$(mktemp -d)
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
cd "$work"
# Its go.mod has replacements, so that it has to be the main module.
cp -r "$(GOFLAGS=-mod=mod go mod download -json "github.com/jaegertracing/jaeger@v$version" | sed -n 's/^\t"Dir": "\(.*\)",\?$/\1/p')/." .
chmod -R u+w .
CGO_ENABLED=0 GOFLAGS='-mod=mod -buildvcs=false' go build -ldflags '-s -w' -o "$cache/jaeger" ./cmd/all-in-one >&2
echo "$cache"
