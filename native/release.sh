#!/bin/sh
# Builds the programs of the npm package, for linux-x64 and linux-arm64, and their checksums, in dist/native.
# On Debian: apt-get install gcc libc6-dev gcc-aarch64-linux-gnu libc6-dev-arm64-cross
set -eu
cd "$(dirname "$0")"
mkdir -p ../dist/native
for target in x64:x86_64-linux-gnu arm64:aarch64-linux-gnu; do
  "${target#*:}-gcc" -std=c11 -Os -s -Wl,--build-id=none -static -o "../dist/native/timers-forker-linux-${target%%:*}" forker.c
done
cd ../dist/native
sha256sum timers-forker-linux-x64 timers-forker-linux-arm64 | tee SHA256SUMS
