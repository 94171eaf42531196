#!/bin/sh
# Installs packages, and leaves no lists of all the others behind.
set -eu
apt-get update -qq
apt-get install -qq --no-install-recommends "$@"
rm -rf /var/lib/apt/lists/* /var/cache/apt/*
