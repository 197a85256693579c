#!/bin/sh
# Makes the two secrets of the three local nodes once: the cluster's name and an application's key.
set -eu
umask 077
dir=$(dirname "$0")/secrets
mkdir -p "$dir"
random() { od -An -N24 -tx1 /dev/urandom | tr -d ' \n'; }
[ -s "$dir/cluster" ] || random > "$dir/cluster"
[ -s "$dir/key" ] || printf 'sk-local-%s' "$(random)" > "$dir/key"
