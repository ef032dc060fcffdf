#!/usr/bin/env bash
# Kindling on a machine with a GPU and nothing else: unpacks what lies beside this file (once) and runs the checks and benchmarks of docs/gpu-server.md.
#   bash run-all.sh [STEP or GROUP…] [--out=DIR] [--minutes=N] [--quick]
#   bash run-all.sh kindling WORDS…      # the command line itself: doctor, train, …
# Needs bash, tar, and xz or python3 (or gzip, for a pack made with compression=gz). Nothing is installed, and no root is needed.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

# Beside this file, or where that cannot be written, in the folder for temporary files.
unpack() {
  local folder
  for folder in "$here/unpacked" "${TMPDIR:-/tmp}/kindling-gpu-$(id -u)"; do
    mkdir -p "$folder" 2>/dev/null && [ -w "$folder" ] || continue
    if [ "$(cat "$folder/packed.json" 2>/dev/null)" != "$(cat "$here/packed.json")" ]; then
      rm -rf "$folder" && mkdir -p "$folder" || return 1
      if [ -e "$here/payload.tar.gz" ]; then tar -xzf "$here/payload.tar.gz" -C "$folder"
      elif command -v xz >/dev/null; then xz -dc "$here/payload.tar.xz" | tar -xf - -C "$folder"
      elif command -v python3 >/dev/null; then
        python3 -c 'import lzma, shutil, sys; shutil.copyfileobj(lzma.open(sys.argv[1]), sys.stdout.buffer)' "$here/payload.tar.xz" | tar -xf - -C "$folder"
      else echo "neither xz nor python3 is here to unpack with; pack again with compression=gz" >&2; return 1
      fi || return 1
      cp "$here/packed.json" "$folder/packed.json" # last: it says that the rest is there
    fi
    echo "$folder"
    return
  done
  echo "neither $here nor ${TMPDIR:-/tmp} can be written" >&2
  return 1
}

KINDLING_PACK=$(unpack)
export KINDLING_PACK KINDLING_OUT="${OUT:-}"
# A Vulkan loader that was packed serves where the system has none (Kindling brings another of its own besides).
if [ -e "$KINDLING_PACK/lib/libvulkan.so.1" ] && ! { command -v ldconfig >/dev/null && ldconfig -p | grep -q 'libvulkan\.so\.1'; }; then
  export LD_LIBRARY_PATH="$KINDLING_PACK/lib${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"
fi
exec "$KINDLING_PACK/bin/node" "$KINDLING_PACK/bench/gpu-server/main.mjs" "$@"
