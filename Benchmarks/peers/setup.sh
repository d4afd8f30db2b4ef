#!/usr/bin/env bash
# Makes the Python environment in which the peers run, outside the repository.
#
#   setup.sh [FOLDER]     FOLDER defaults to $FLOWKIT_PEERS_VENV, then to ~/.cache/flowkit-peers
#
# On Linux the registry's own torch needs several GB of CUDA libraries, which nothing here uses. Let pip see
# PyTorch's CPU builds (PIP_EXTRA_INDEX_URL, or PIP_FIND_LINKS with a downloaded wheel) and it takes one of those instead.
# PYTHON chooses the interpreter (3.11 or newer).
set -euo pipefail

folder=${1:-${FLOWKIT_PEERS_VENV:-$HOME/.cache/flowkit-peers}}
python=${PYTHON:-python3}
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || {
  echo "setup.sh: $("$python" --version) is too old: the pinned packages need Python 3.11; set PYTHON" >&2
  exit 1
}
"$python" -m venv "$folder"
"$folder/bin/python" -m pip install --requirement "$here/requirements.txt"
"$folder/bin/python" -c 'import flowjax, nflows, torch, zuko; print("peers ready, torch", torch.__version__)'
