#!/usr/bin/env bash
# A real Apache Kafka on 127.0.0.1 (KRaft, combined broker and controller), from Maven artefacts: no Docker, no tarball.
#
#   kafka.sh libs                       fetch the jars (once; 43 MB)
#   kafka.sh run [PORT]                 one node in the foreground on PORT (9092), until Ctrl-C
#   kafka.sh start NODE NODES [PORT]    one node of NODES (1 or 3) in the background; node N listens on PORT + 10 * (N - 1)
#   kafka.sh stop NODE                  stop it in order
#   kafka.sh kill NODE                  kill it with SIGKILL, like a crash
#   kafka.sh wait PORT [SECONDS]        wait until a process listens on PORT
#
# KAFKA_DIR holds jars and data (default: .kafka in the repository's root). KAFKA_HEAP: heap size (default: 384m). EXTRA: more lines for server.properties.
# FORMAT: more arguments of the command that formats the data folder, such as --add-scram.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
dir=${KAFKA_DIR:-$here/../../.kafka}
libs=${KAFKA_LIBS:-$dir/libs}
heap=${KAFKA_HEAP:-384m}
cluster=${KAFKA_CLUSTER_ID:-Y29weWRlc2sta2Fma2EwMQ} # any 16 bytes in base64, the same on every node

libs() {
  [ "$libs/.complete" -nt "$here/pom.xml" ] && return
  command -v java >/dev/null && command -v mvn >/dev/null || { echo "kafka.sh: Java (17 or later) and Maven are needed" >&2; exit 5; }
  rm -rf "$libs"
  mkdir -p "$libs"
  mvn -B -ntp -q -f "$here/pom.xml" dependency:copy-dependencies -DincludeScope=runtime -DoutputDirectory="$(cd "$libs" && pwd)"
  touch "$libs/.complete"
}

# Print the settings of node $1 of $2 on base port $3.
properties() {
  local id=$1 nodes=$2 base=$3 voters="" i
  for ((i = 1; i <= nodes; i++)); do voters+="${voters:+,}$i@127.0.0.1:$((base + 10 * (i - 1) + 1))"; done
  local port=$((base + 10 * (id - 1)))
  cat <<P
process.roles=broker,controller
node.id=$id
controller.quorum.voters=$voters
listeners=PLAINTEXT://127.0.0.1:$port,CONTROLLER://127.0.0.1:$((port + 1))
advertised.listeners=PLAINTEXT://127.0.0.1:$port
controller.listener.names=CONTROLLER
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
log.dirs=$dir/node$id/data
auto.create.topics.enable=false
default.replication.factor=$nodes
min.insync.replicas=$((nodes >= 3 ? 2 : 1))
offsets.topic.replication.factor=$nodes
transaction.state.log.replication.factor=$nodes
transaction.state.log.min.isr=$((nodes >= 3 ? 2 : 1))
share.coordinator.state.topic.replication.factor=$nodes
share.coordinator.state.topic.min.isr=$((nodes >= 3 ? 2 : 1))
# 3 partitions each: 50 would cost seconds at every start
offsets.topic.num.partitions=3
transaction.state.log.num.partitions=3
share.coordinator.state.topic.num.partitions=1
group.initial.rebalance.delay.ms=0
group.min.session.timeout.ms=1000
transaction.max.timeout.ms=900000
# a killed node answers again after 5 s; with Kafka's defaults after 12 s
broker.session.timeout.ms=3000
broker.heartbeat.interval.ms=500
# for a small machine
num.network.threads=2
num.io.threads=2
log.cleaner.dedupe.buffer.size=8388608
log.segment.bytes=67108864
${EXTRA:-}
P
}

# Put the command line of node $1 of $2 on base port $3 into the array java.
prepare() {
  local node=$dir/node$1
  libs
  mkdir -p "$node"
  properties "$@" >"$node/server.properties"
  java=(java -Xms64m "-Xmx$heap" -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Djava.net.preferIPv4Stack=true -Djava.awt.headless=true -cp "$libs/*")
  [ -f "$node/data/meta.properties" ] ||
    "${java[@]}" kafka.tools.StorageTool format -t "$cluster" -c "$node/server.properties" ${FORMAT:-} >"$node/format.log" 2>&1 ||
    { cat "$node/format.log" >&2; exit 1; }
  java+=(kafka.Kafka "$node/server.properties")
}

case ${1:-} in
libs) libs ;;
run)
  prepare 1 1 "${2:-9092}"
  echo "Apache Kafka on 127.0.0.1:${2:-9092}; Ctrl-C ends it" >&2
  exec "${java[@]}"
  ;;
start)
  prepare "$2" "$3" "${4:-9092}"
  setsid "${java[@]}" >>"$dir/node$2/out.log" 2>&1 </dev/null &
  echo $! >"$dir/node$2/pid"
  ;;
stop)
  pid=$(cat "$dir/node$2/pid")
  kill "$pid"
  while kill -0 "$pid" 2>/dev/null; do sleep 0.1; done
  ;;
kill) kill -9 "$(cat "$dir/node$2/pid")" ;;
wait)
  for ((i = 0; i < ${3:-30} * 10; i++)); do
    (exec 3<>"/dev/tcp/127.0.0.1/$2") 2>/dev/null && exit 0
    sleep 0.1
  done
  echo "kafka.sh: nothing listens on port $2" >&2
  exit 3
  ;;
*)
  sed -n '2,12s/^# \{0,1\}//p' "$0" >&2
  exit 2
  ;;
esac
