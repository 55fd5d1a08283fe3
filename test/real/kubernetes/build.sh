#!/usr/bin/env bash
# Builds parts of a real control plane from the upstream modules, once a version, into the cache: kube-apiserver and kube-controller-manager, or those
# that are named. Needs Go. With --check it builds nothing, and fails where it could not.
set -euo pipefail
version=1.34.4
here=$(cd "$(dirname "$0")" && pwd)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/watchkeeper/kubernetes-$version
check=
[ "${1:-}" != --check ] || { check=yes; shift; }
[ $# -gt 0 ] || set -- kube-apiserver kube-controller-manager
missing=()
for binary; do [ -x "$cache/$binary" ] || missing+=("./cmd/$binary"); done
if [ ${#missing[@]} -eq 0 ]; then
  echo "$cache"
  exit 0
fi
command -v go > /dev/null || { echo 'Go, which builds the API server, is not installed.' >&2; exit 1; }
[ -z "$check" ] || exit 0
mkdir -p "$cache"
work=$(mktemp -d)
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
cp -r "$here/control-plane/." "$work"
cd "$work"
staging="api apiextensions-apiserver apimachinery apiserver cli-runtime client-go cloud-provider cluster-bootstrap code-generator
component-base component-helpers controller-manager cri-api cri-client csi-translation-lib dynamic-resource-allocation endpointslice
externaljwt kms kube-aggregator kube-controller-manager kube-proxy kube-scheduler kubectl kubelet metrics mount-utils
pod-security-admission sample-apiserver sample-cli-plugin sample-controller"
{
  printf 'module watchkeeper.test/control-plane\n\ngo 1.24\n\nrequire k8s.io/kubernetes v%s\n\nreplace (\n' "$version"
  for module in $staging; do printf '\tk8s.io/%s => k8s.io/%s v0.%s\n' "$module" "$module" "${version#1.}"; done
  printf ')\n'
} > go.mod
go mod tidy >&2
CGO_ENABLED=0 go build -ldflags "-s -w -X k8s.io/component-base/version.gitVersion=v$version" -o "$cache/" "${missing[@]}" >&2
echo "$cache"
