#!/usr/bin/env bash
# Builds kwok, which plays the nodes of a test cluster, from the upstream module, once a version, into the cache. Needs Go.
# With --check it builds nothing, and fails where it could not.
set -euo pipefail
version=0.8.0
cache=${XDG_CACHE_HOME:-$HOME/.cache}/watchkeeper/kwok-$version
if [ -x "$cache/kwok" ]; then
  echo "$cache"
  exit 0
fi
command -v go > /dev/null || { echo 'Go, which builds kwok, is not installed.' >&2; exit 1; }
[ "${1:-}" != --check ] || exit 0
mkdir -p "$cache"
GOBIN=$cache CGO_ENABLED=0 go install "sigs.k8s.io/kwok/cmd/kwok@v$version" >&2
echo "$cache"
