#!/usr/bin/env bash
# What stripe does on shaped links between two network namespaces, beside a plain connection, kernel MPTCP and a pair of haproxy.
# Needs root, iperf3, haproxy, mptcpize and fio. ./dev bench stripe [CASE…]; without cases all of them.
set -euo pipefail

program=${TRUNKLINE:?the program to measure}
repeats=${REPEATS:-5} seconds=${SECONDS_EACH:-5}
left=tlbench-l-$$ right=tlbench-r-$$ leaf=tlbench-a-$$ spine=tlbench-b-$$
work=$(mktemp -d)
running=()

stop_all() {
  for id in "${running[@]:-}"; do [[ -z $id ]] || kill -KILL "$id" 2>/dev/null || true; done
  running=()
}
clean() {
  stop_all
  for name in "$left" "$right" "$leaf" "$spine"; do ip netns delete "$name" 2>/dev/null || true; done
  rm -rf "$work"
}
trap clean EXIT
trap 'exit 1' INT TERM

start() { # NAMESPACE LOG COMMAND…: starts it in the background; its process id is in $started.
  local host=$1 log=$2
  shift 2
  nsenter "--net=/run/netns/$host" -- "$@" >"$work/$log" 2>&1 &
  started=$!
  disown "$started"
  running+=("$started")
}

shape() { tc -netns "$1" qdisc replace dev "$2" root tbf rate "$3mbit" burst 262144 limit "${4:-600000}"; }

# Links of these speeds, each a network of its own: 10.77.N.1 and 10.77.N.2.
build() {
  clean_network
  local i=0 rate limit
  for rate in "$@"; do
    ip link add "l$i" netns "$left" type veth peer name "l$i" netns "$right"
    ip -netns "$left" address add "10.77.$i.1/24" dev "l$i"
    ip -netns "$right" address add "10.77.$i.2/24" dev "l$i"
    limit=$((rate > 500 ? 2000000 : 600000))
    for host in "$left" "$right"; do shape "$host" "l$i" "$rate" "$limit"; ip -netns "$host" link set "l$i" up; done
    i=$((i + 1))
  done
  links=$i
}

clean_network() {
  stop_all
  for name in "$left" "$right" "$leaf" "$spine"; do ip netns delete "$name" 2>/dev/null || true; done
  for name in "$left" "$right"; do ip netns add "$name"; ip -netns "$name" link set lo up; done
}

# Two leaves with four links of 250 Mb/s between them, which hash addresses and ports; one address at each end.
build_ecmp() {
  clean_network
  local host i there="" back=""
  for host in "$leaf" "$spine"; do
    ip netns add "$host"
    nsenter "--net=/run/netns/$host" -- sysctl -qw net.ipv4.ip_forward=1 net.ipv4.fib_multipath_hash_policy=1 "net.ipv4.fib_multipath_hash_seed=$1"
  done
  join "$left" "$leaf" 10.80.0
  join "$right" "$spine" 10.81.0
  for i in 0 1 2 3; do
    ip link add "m$i" netns "$leaf" type veth peer name "m$i" netns "$spine"
    ip -netns "$leaf" address add "10.82.$i.1/24" dev "m$i"
    ip -netns "$spine" address add "10.82.$i.2/24" dev "m$i"
    for host in "$leaf" "$spine"; do shape "$host" "m$i" 250; ip -netns "$host" link set "m$i" up; done
    there+=" nexthop via 10.82.$i.2" back+=" nexthop via 10.82.$i.1"
  done
  # shellcheck disable=SC2086
  ip -netns "$leaf" route add 10.81.0.0/24 $there
  # shellcheck disable=SC2086
  ip -netns "$spine" route add 10.80.0.0/24 $back
}

join() {
  ip link add e0 netns "$1" type veth peer name e0 netns "$2"
  ip -netns "$1" address add "$3.1/24" dev e0
  ip -netns "$2" address add "$3.254/24" dev e0
  for host in "$1" "$2"; do ip -netns "$host" link set e0 up; done
  ip -netns "$1" route add default via "$3.254"
}

servers() { local i list=""; for ((i = 0; i < links; i++)); do list+="10.77.$i.2:7400,"; done; echo "${list%,}"; }

serve_iperf() { start "$right" iperf.log iperf3 -s -p 5000; sleep 0.3; }

start_stripe() { # TARGET-PORT SERVERS [OPTIONS…]
  local port=$1 list=$2
  shift 2
  local keys=(--insecure) others=(--insecure)
  if [[ ${TLS:-} == 1 ]]; then
    [[ -d $work/keys ]] || "$program" stripe keygen "$work/keys" >/dev/null
    keys=(--key "$work/keys/serve.pem" --pairing "$work/keys/pairing.pem") others=(--key "$work/keys/connect.pem" --pairing "$work/keys/pairing.pem")
  fi
  start "$right" serve.log "$program" stripe serve --listen 0.0.0.0:7400 --target "127.0.0.1:$port" "${keys[@]}"
  local serve=$started
  start "$left" connect.log "$program" stripe connect --listen 127.0.0.1:5001 --server "$list" "${others[@]}" "$@"
  pair=("$serve" "$started")
  sleep 1.5
}

start_haproxy() {
  printf 'global\n nbthread 1\ndefaults\n mode tcp\n timeout connect 5s\n timeout client 60s\n timeout server 60s\nlisten a\n bind %s\n server s %s\n' \
    0.0.0.0:7500 127.0.0.1:5000 >"$work/right.cfg"
  sed 's/0.0.0.0:7500/127.0.0.1:5002/; s/127.0.0.1:5000/10.77.0.2:7500/' "$work/right.cfg" >"$work/left.cfg"
  start "$right" ha1.log haproxy -f "$work/right.cfg"
  local one=$started
  start "$left" ha2.log haproxy -f "$work/left.cfg"
  pair=("$one" "$started")
  sleep 0.5
}

rate() { # HOST PORT [OPTIONS…]: Mb/s that the receiver got.
  local host=$1 port=$2
  shift 2
  nsenter "--net=/run/netns/$left" -- timeout $((seconds + 20)) ${RUN:-} iperf3 -c "$host" -p "$port" -t "$seconds" -O 1 -f m "$@" 2>&1 |
    sed -n 's/.* \([0-9.]*\) Mbits\/sec.*receiver$/\1/p'
}

ticks() { local sum=0 id a b; for id in "$@"; do read -r a b < <(cut -d' ' -f14,15 "/proc/$id/stat"); sum=$((sum + a + b)); done; echo "$sum"; }

median() { sort -n | awk '{v[NR] = $1} END {print NR == 0 ? "none" : v[int((NR + 1) / 2)]}'; }

row() { printf '| %-52s | %10s | %8s | %s |\n' "$@"; }

part() { awk -v a="$1" -v b="$2" 'BEGIN {printf a == "none" ? "-" : "%.3f", a / b}'; }

measure() { # NAME SUM OPTIONS…: the median of what rate gives.
  local name=$1 sum=$2 i got
  shift 2
  got=$(for ((i = 0; i < repeats; i++)); do rate "$@"; done | median)
  row "$name" "$got" "$(part "$got" "$sum")" "$repeats runs"
}

run_links() { # SPEEDS…
  local sum=0 speed
  for speed in "$@"; do sum=$((sum + speed)); done
  build "$@"
  serve_iperf
  start_stripe 5000 "$(servers)"
  measure "$* write, stripe" "$sum" 127.0.0.1 5001
  measure "$* read, stripe" "$sum" 127.0.0.1 5001 -R
  measure "$* write, one TCP" "$sum" 10.77.0.2 5000
  if type -P mptcpize >/dev/null && nsenter "--net=/run/netns/$left" -- sysctl -qw net.mptcp.enabled=1 2>/dev/null; then
    local i host
    for host in "$left" "$right"; do
      ip -netns "$host" mptcp limits set subflow 8 add_addr_accepted 8
      for ((i = 1; i < links; i++)); do
        [[ $host == "$left" ]] && ip -netns "$host" mptcp endpoint add "10.77.$i.1" dev "l$i" subflow || ip -netns "$host" mptcp endpoint add "10.77.$i.2" dev "l$i" signal
      done
    done
    start "$right" iperf-mptcp.log mptcpize run iperf3 -s -p 5003
    sleep 0.5
    RUN="mptcpize run" measure "$* write, kernel MPTCP" "$sum" 10.77.0.2 5003
    RUN="mptcpize run" measure "$* read, kernel MPTCP" "$sum" 10.77.0.2 5003 -R
  fi
}

run_ecmp() {
  local starts=${STARTS:-10} i used good=0 got
  : >"$work/rates"
  for ((i = 1; i <= starts; i++)); do
    build_ecmp "$i"
    serve_iperf
    start_stripe 5000 10.81.0.1:7400
    nsenter "--net=/run/netns/$left" -- timeout 30 iperf3 -c 127.0.0.1 -p 5001 -t 9 -O 5 -f m >"$work/ecmp" 2>&1 &
    local client=$!
    sleep 5
    used=$(busy_links)
    wait "$client"
    got=$(sed -n 's/.* \([0-9.]*\) Mbits\/sec.*receiver$/\1/p' "$work/ecmp")
    echo "$got" >>"$work/rates"
    [[ $used != 4 ]] || good=$((good + 1))
  done
  row "one address, 4 links in use after 5 s" "$good" "of $starts" "starts, each another hash seed"
  got=$(median <"$work/rates")
  row "one address, then" "$got" "$(part "$got" 1000)" "$starts runs"
}

# Links that carry more than a tenth of their rate in half a second.
busy_links() {
  local i before=() now count=0
  for i in 0 1 2 3; do before[i]=$(sent_over "m$i"); done
  sleep 0.5
  for i in 0 1 2 3; do
    now=$(sent_over "m$i")
    ((now - before[i] < 1500000)) || count=$((count + 1))
  done
  echo "$count"
}

sent_over() { nsenter "--net=/run/netns/$leaf" -- cat /proc/net/dev | sed -n "s/^ *$1: *//p" | awk '{print $9}'; }

run_failover() {
  local i direction stalls="" kind
  build 250 250 250 250
  serve_iperf
  start_stripe 5000 "$(servers)"
  for kind in down there back; do
    for direction in "" -R; do
      for ((i = 0; i < ${FAILURES:-3}; i++)); do
        nsenter "--net=/run/netns/$left" -- timeout 30 iperf3 -c 127.0.0.1 -p 5001 -t 8 -i 0.1 -f m $direction >"$work/failover" 2>&1 &
        local client=$!
        sleep 2
        break_link "$kind" 1
        sleep 3
        break_link "$kind" 0
        wait "$client"
        # Tenths of a second in a row in which nothing came; what came in second 4 to 5, and in the last.
        awk '/sec/ && /Mbits/ && !/sender|receiver/ {
            split($3, t, "-"); for (f = 1; f <= NF; f++) if ($f == "Mbits/sec") r = $(f - 1)
            z = r < 10 ? z + 1 : 0; if (z > most) most = z
            if (t[1] >= 4 && t[1] < 4.95) {a += r; an++} if (t[1] >= 7 && t[1] < 7.95) {b += r; bn++}
          } END {printf "%d %.0f %.0f\n", most * 100, a / an, b / bn}' "$work/failover" >>"$work/failovers"
        sleep 1
      done
    done
  done
  row "one of four fails: longest stall (ms)" "$(awk '{print $1}' "$work/failovers" | sort -n | tail -n 1)" "" "$(wc -l <"$work/failovers") failures, in tenths of a second"
  row "one of four fails: median stall (ms)" "$(awk '{print $1}' "$work/failovers" | median)" "" "down, silent there, silent back"
  row "two to three seconds later" "$(awk '{print $2}' "$work/failovers" | median)" "$(part "$(awk '{print $2}' "$work/failovers" | median)" 750)" "of the three that are left"
  row "two seconds after it is back" "$(awk '{print $3}' "$work/failovers" | median)" "$(part "$(awk '{print $3}' "$work/failovers" | median)" 1000)" "of all four"
}

break_link() { # KIND ON
  case $1 in
    down) ip -netns "$left" link set l1 "$( (($2)) && echo down || echo up)" ;;
    there | back)
      local host=$left to=10.77.1.2
      [[ $1 == there ]] || { host=$right to=10.77.1.1; }
      if (($2)); then
        ip -netns "$host" neighbour replace "$to" lladdr 02:00:00:00:00:99 dev l1 nud permanent
      else
        ip -netns "$host" neighbour delete "$to" dev l1
      fi
      ;;
  esac
}

run_cpu() {
  local before got name
  build 1000
  serve_iperf
  start_haproxy
  cpu_of "haproxy pair, one link of 1 Gb/s" 5002
  start_stripe 5000 10.77.0.2:7400 --sessions 1
  cpu_of "stripe pair, one link of 1 Gb/s" 5001
  build 250 250 250 250
  serve_iperf
  start_stripe 5000 "$(servers)"
  cpu_of "stripe pair, four of 250 Mb/s" 5001
  build 250 250 250 250
  serve_iperf
  TLS=1 start_stripe 5000 "$(servers)"
  cpu_of "stripe pair, four of 250 Mb/s, TLS" 5001
}

cpu_of() { # NAME PORT
  local before after got i bytes
  rate 127.0.0.1 "$2" >/dev/null
  for ((i = 0; i < repeats; i++)); do
    before=$(ticks "${pair[@]}")
    bytes=$(nsenter "--net=/run/netns/$left" -- timeout 30 iperf3 -c 127.0.0.1 -p "$2" -n 500M -f m 2>&1 | grep -c receiver)
    after=$(ticks "${pair[@]}")
    ((bytes == 0)) || awk -v t=$((after - before)) 'BEGIN {printf "%.2f\n", t / 100 / (500 / 1024)}'
  done >"$work/cpu"
  row "$1: CPU-s/GiB, both" "$(median <"$work/cpu")" "" "$repeats runs of 500 MiB"
}

run_small() {
  build 250 250 250 250
  start "$right" nbd.log nbdkit -f -p 5000 memory 1G
  start_stripe 5000 "$(servers)"
  local size pattern
  for size in 4k 64k; do
    for pattern in randread randwrite; do
      fio_row "$size $pattern, queue depth 32, stripe" 5001 "$size" "$pattern" 32 127.0.0.1
    done
  done
  fio_row "4k randread, queue depth 1, stripe" 5001 4k randread 1 127.0.0.1
  start_haproxy
  fio_row "4k randread, queue depth 1, haproxy pair" 5002 4k randread 1 127.0.0.1
  fio_row "4k randread, queue depth 1, direct" 5000 4k randread 1 10.77.0.2
}

fio_row() { # NAME PORT SIZE PATTERN DEPTH HOST
  local out
  out=$(nsenter "--net=/run/netns/$left" -- timeout 60 fio --name=a --ioengine=nbd "--uri=nbd://$6:$2" --rw="$4" --bs="$3" --iodepth="$5" --runtime="$seconds" \
    --time_based --size=1G --output-format=terse --terse-version=3 2>/dev/null | sed -n '/^3;/p') || true
  awk -F';' -v w="$([[ $4 == *write ]] && echo 1 || echo 0)" -v n="$1" -v s="$3" '{
      k = w ? 48 : 7; split($(w ? 65 : 24), p, "="); printf "| %-52s | %10.0f | %8.3f | p50 %s us, %s IOPS |\n", n, $k * 8.192 / 1000, $k * 8.192 / 1000 / 1000, p[2], $(k + 1)
    }' <<<"$out"
}

printf '| %-52s | %10s | %8s | |\n|---|---:|---:|---|\n' "$(nproc) processors, load $(cut -d' ' -f1 /proc/loadavg)" "Mb/s" "of sum"
(($# > 0)) || set -- equal unequal gigabit ecmp failover cpu small
for case in "$@"; do
  case $case in
    equal) run_links 250 250 250 250 ;;
    unequal) run_links 400 200 100 50; run_links 450 450 20 20 ;;
    gigabit) run_links 1000 1000 1000 1000 ;;
    ecmp) run_ecmp ;;
    failover) run_failover ;;
    cpu) run_cpu ;;
    small) run_small ;;
    *) echo "no case $case; there are equal, unequal, gigabit, ecmp, failover, cpu, small" >&2; exit 2 ;;
  esac
done
