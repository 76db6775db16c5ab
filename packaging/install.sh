#!/bin/sh
# Install netaudit from this folder alone, without any network, into a new virtual environment:
#   ./install.sh /opt/netaudit
# PYTHON names another Python than python3; it must be of the version that the bundle was made with.
set -eu
place=${1:?name the folder of the new virtual environment, for example /opt/netaudit}
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
(cd "$here" && sha256sum --check --strict --quiet SHA256SUMS)
if [ -e "$place" ]; then
    echo "$place exists already; name a new folder" >&2
    exit 2
fi
"${PYTHON:-python3}" -m venv "$place"
"$place/bin/python" -m pip install --isolated --quiet --disable-pip-version-check \
    --no-index --find-links "$here/wheels" 'netaudit[raw,pdf,postgresql,serve]'
"$place/bin/netaudit" --version
