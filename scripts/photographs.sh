#!/usr/bin/env bash
# Unpack Debian's photographs (benchmarks/photographs.py) into a folder. Usage: scripts/photographs.sh FOLDER
#
# Installs nothing: downloads the packages with apt-get and unpacks them. Does nothing where they are there already.
set -euo pipefail
folder="$1"
packages=(
  gcompris-qt-data lomiri-wallpapers-16.04 lomiri-wallpapers-20.04 mate-backgrounds plasma-workspace-wallpapers
  ukui-wallpapers
)

if [ -d "$folder/usr/share/backgrounds" ] && [ -d "$folder/usr/share/wallpapers" ]; then
  exit 0
fi
mkdir -p "$folder"
cd "$folder"
if ! apt-get download "${packages[@]}"; then
  echo "apt-get knows no such packages: run 'apt-get update' first, on Debian" >&2
  exit 1
fi
for package in *.deb; do
  dpkg-deb --extract "$package" .
  rm "$package"
done
