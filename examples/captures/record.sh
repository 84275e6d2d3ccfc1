#!/usr/bin/env bash
# Records two-elephants.pcapng anew, or another file: examples/captures/record.sh [FILE]
#
# Needs root, network namespaces, Linux 6.11 (a hash seed that can be set) and dumpcap. Takes some five seconds.
set -euo pipefail

here=$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")
file=$(readlink -f -- "${1:-$here/two-elephants.pcapng}")
cd "$here/../.."

dotnet build bench/Analysis.Benchmarks -c Release -nodeReuse:false -v q >/dev/null
exec bench/Analysis.Benchmarks/bin/Release/net10.0/Trunkline.Analysis.Benchmarks record "$file"
