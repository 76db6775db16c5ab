#!/bin/sh
# Try an offline bundle where there is no network at all: install it and scan the lab's province. Needs root.
set -eu
bundle=$(CDPATH='' cd -- "${1:?name the bundle}" && pwd)
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
# shellcheck disable=SC2016  # the inner shell expands them
unshare --net sh -euc '
    ip link set lo up
    test -z "$(ip route show; ip -6 route show default)"
    "$1/install.sh" "$2/venv"
    cd "$2" && env -i HOME=/nonexistent PATH=/usr/bin:/bin "$2/venv/bin/netaudit" demo --quiet --output "$2/out"
' sh "$bundle" "$place"
test -s "$place/out/index.html"
echo "installed and scanned without a network"
