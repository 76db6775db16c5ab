#!/bin/sh
# Install the packages of tests/apt-packages.txt whose commands are missing. Needs root and apt; without
# them it says what will be skipped. Services that the packages would start are kept from starting.
set -eu
missing=""
while read -r package command _; do
    case "$package" in ""|"#"*) continue ;; esac
    PATH="$PATH:/usr/sbin:/sbin" command -v "$command" >/dev/null 2>&1 || missing="$missing $package"
done < "$1"
[ -n "$missing" ] || exit 0
if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null 2>&1; then
    echo "not installed (needs root and apt):$missing; the tests that need them will be skipped and counted" >&2
    exit 0
fi
policy=/usr/sbin/policy-rc.d
made=no
if [ ! -e "$policy" ]; then
    printf '#!/bin/sh\nexit 101\n' > "$policy"
    chmod +x "$policy"
    made=yes
fi
trap '[ "$made" = no ] || rm -f "$policy"' EXIT
export DEBIAN_FRONTEND=noninteractive
echo "installing:$missing"
apt-get update -qq
# shellcheck disable=SC2086
apt-get install -y -qq --no-install-recommends $missing >/dev/null
