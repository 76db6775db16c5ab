#!/bin/sh
# Install the packages of tests/apt-packages.txt whose commands are missing. Needs root and apt; what can't be
# installed is named, and the tests that need it will be skipped. Services of these packages are kept from
# starting, now and at the next boot: the tests run their own, in namespaces.
set -eu
missing=""
services=""
while read -r package command service; do
    case "$package" in ""|"#"*) continue ;; esac
    PATH="$PATH:/usr/sbin:/sbin" command -v "$command" >/dev/null 2>&1 && continue
    missing="$missing $package"
    services="$services $service"
done < "$1"
[ -n "$missing" ] || exit 0

give_up() {
    echo "not installed ($1):$2; the tests that need them will be skipped and counted" >&2
    exit 0
}
[ "$(id -u)" -eq 0 ] || give_up "needs root" "$missing"
command -v apt-get >/dev/null 2>&1 || give_up "needs apt" "$missing"

# A policy that is already there is the administrator's; the usual one, in containers, says the same.
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
    trap 'rm -f "$policy"' EXIT
    trap 'exit 130' INT TERM
    printf '#!/bin/sh\nexit 101\n' > "$policy"
    chmod +x "$policy"
fi
export DEBIAN_FRONTEND=noninteractive
echo "installing:$missing"
apt-get update -qq || give_up "apt-get update failed" "$missing"
install="apt-get install -y -qq --no-install-recommends"
failed=""
# shellcheck disable=SC2086
if ! $install $missing >/dev/null; then
    for package in $missing; do # one that another distribution lacks must not cost the others
        $install "$package" >/dev/null || failed="$failed $package"
    done
fi
if command -v systemctl >/dev/null 2>&1; then
    for service in $services; do
        systemctl disable --quiet "$service" 2>/dev/null || true # a service that was not installed
    done
fi
[ -z "$failed" ] || give_up "apt-get install failed" "$failed"
