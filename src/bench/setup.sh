# What a benchmark runs on: tools, the build, configuration files, the processes beside the load. Sourced by `run`.

find_tools() {
  jdk=$(./mvnw -v | sed -n 's/.*runtime: //p')
  [ -x "$jdk/bin/jcmd" ] || die "no JDK found by ./mvnw"
  wrk=$(command -v wrk || :)
  nginx=$(command -v nginx || PATH=/usr/sbin:/usr/local/sbin:/opt/homebrew/bin command -v nginx || :)
  command -v curl >/dev/null || die "needs curl"
  [ -n "$wrk" ] || echo "bench: without wrk (Debian, Ubuntu: apt install wrk) throughput is measured with the Java load tool" >&2
  [ -n "$nginx" ] || echo "bench: without nginx (Debian, Ubuntu: apt install nginx-light) there is no ratio to it" >&2
}

# Builds the jar and the benchmarks unless both are there and newer than what they are made of; a plain build leaves
# the benchmarks out.
build() {
  if [ ! -f target/sluice.jar ] || [ ! -f target/bench.classpath ] ||
    [ ! -f target/test-classes/io/sluice/bench/LoadTool.class ] ||
    [ -n "$(find pom.xml src/main src/bench/java src/test/java/io/sluice/oracle src/test/resources/oracle -type f -newer target/sluice.jar | head -n 1)" ]; then
    echo "building target/sluice.jar and the benchmarks" >&2
    ./mvnw -q -B -Pbench -DskipTests package >&2 || die "the build failed"
    touch target/sluice.jar
  fi
  classpath=$project/target/test-classes:$project/target/classes:$(cat target/bench.classpath)
}

load_tool() {
  exec "$jdk/bin/java" -Xmx1g --enable-native-access=ALL-UNNAMED -cp "$classpath" io.sluice.bench.LoadTool "$@"
}

describe_machine() {
  cpu=$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo 2>/dev/null | head -n 1)
  title "machine"
  echo "date       $(date -u '+%Y-%m-%d %H:%M UTC')"
  echo "command    src/bench/run $part"
  echo "machine    $(getconf _NPROCESSORS_ONLN) x ${cpu:-$(uname -m)}, $(uname -sr)"
  echo "memory     $(sed -n 's/^MemTotal: *//p' /proc/meminfo 2>/dev/null)"
  echo "jdk        $("$jdk/bin/java" -version 2>&1 | sed -n 2p)"
  echo "sluice     $("$jdk/bin/java" -jar target/sluice.jar --version 2>&1 | head -n 1), $(git describe --always --dirty 2>/dev/null || echo 'no git')"
  [ -z "$nginx" ] || "$nginx" -v 2>&1 | sed 's/^nginx version: */nginx      /'
  echo "load tool  $(if [ -n "$wrk" ]; then "$wrk" -v | head -n 1 | cut -d' ' -f1,2; else echo 'Java (LoadTool)'; fi)"
  echo "busy       load average before the run:$(uptime | sed 's/.*load average[s]*://')"
}

# A body of about 1 KB: the size of a short conversation.
body() { # file model more-fields
  text=$(printf 'Rivers keep their level when somebody minds the gates. %.0s' 1 2 3 4 5 6 7 8 9 10 11 12)
  cat >"$work/$1" <<END
{"model": "$2", "messages": [{"role": "system", "content": "You answer in few words."}, {"role": "user", "content": "$text"}], "temperature": 0.7$3}
END
}

secret() { od -An -N 16 -tx1 /dev/urandom | tr -d ' \n'; }

# A field of a target: 2 URL, 3 credential, 4 file of the body.
field() { awk -F '\t' -v name="$1" -v i="$2" '$1 == name { print $i }' "$work/targets"; }

# Writes every file of the run: bodies, targets, and the configuration of simulator, nginx and Sluice.
prepare() {
  # shellcheck disable=SC2046
  set -- $(load_tool_once ports 9 | sed -n "s/^result.//p")
  provider_port=$1 nginx_port=$2 unbuffered_port=$3 sluice_port=$4 admin_port=$5 base_port=$6 base_admin_port=$7
  off_port=$8 off_admin_port=$9
  key=bench-$(secret)
  limited_key=bench-$(secret)

  body plain.json bench ''
  body limited.json bench-limited ''
  body translated.json bench-translated ''
  body stream.json bench-stream ', "stream": true'
  body short-stream.json bench-stream ', "stream": true, "max_tokens": 60'
  target() { printf '%s\thttp://127.0.0.1:%s/v1/chat/completions\t%s\t%s\n' "$1" "$2" "$3" "$work/$4"; }
  {
    target direct "$provider_port" sk-bench-plain plain.json
    target nginx "$nginx_port" sk-bench-plain plain.json
    target nginx-unbuffered "$unbuffered_port" sk-bench-plain plain.json
    target sluice "$sluice_port" "$key" plain.json
    target sluice-limits "$sluice_port" "$limited_key" limited.json
    target sluice-translated "$sluice_port" "$key" translated.json
    target sluice-base "$base_port" "$key" plain.json
    target sluice-quiet "$base_port" "$key" plain.json
    target sluice-no-ledger "$off_port" "$key" plain.json
    target direct-stream "$provider_port" sk-bench-stream stream.json
    target sluice-stream "$sluice_port" "$key" stream.json
    target sluice-short-stream "$sluice_port" "$key" short-stream.json
  } >"$work/targets"

  cat >"$work/simulator.yaml" <<END
credentials:
  sk-bench-plain: { first-token: 0ms, tokens-per-second: 0, answer-tokens: 40 }
  sk-bench-translated: { first-token: 0ms, tokens-per-second: 0, answer-tokens: 40 }
  sk-bench-limited: { first-token: 0ms, tokens-per-second: 0, answer-tokens: 40 }
  sk-bench-stream: { first-token: 0ms, tokens-per-second: 20, answer-tokens: 560 }
END

  mkdir "$work/config" "$work/nginx"
  cat >"$work/config/node.yaml" <<END
node: { name: bench }
http: { host: 127.0.0.1, port: $sluice_port }
admin: { host: 127.0.0.1, port: $admin_port }
END
  if [ "$part" = observability ]; then
    # A collector that takes nothing is the worst there is; one of a hundred is traced, as busy sites do.
    cat >>"$work/config/node.yaml" <<END
access-log: { to: file, path: $work/access.log }
tracing: { endpoint: "http://127.0.0.1:$nginx_port/v1/traces", sample: 0.01 }
END
    mkdir "$work/quiet"
    cat >"$work/quiet/node.yaml" <<END
node: { name: quiet }
http: { host: 127.0.0.1 }
access-log: { to: off }
metrics: { models: 0, keys: 0, accounts: 0, limits: 0, histograms: false }
END
    ln -s "$work/config/gateway.yaml" "$work/quiet/gateway.yaml"
  fi
  cat >"$work/config/gateway.yaml" <<END
channels:
  - name: plain
    type: openai
    base-url: http://127.0.0.1:$provider_port/v1
    accounts: [ { name: a, key: sk-bench-plain } ]
    models: { bench: {} }
  - name: limited
    type: openai
    base-url: http://127.0.0.1:$provider_port/v1
    accounts: [ { name: a, key: sk-bench-limited, limits: { rpm: 100_000_000, tpm: 100_000_000_000, concurrency: 100_000 } } ]
    models: { bench-limited: {} }
  - name: translated
    type: anthropic
    base-url: http://127.0.0.1:$provider_port/v1
    accounts: [ { name: a, key: sk-bench-translated } ]
    models: { bench-translated: {} }
  - name: stream
    type: openai
    base-url: http://127.0.0.1:$provider_port/v1
    max-connections: 4096
    accounts: [ { name: a, key: sk-bench-stream } ]
    models: { bench-stream: {} }
keys:
  - { name: bench, key: $key }
  - { name: bench-limited, key: $limited_key, limits: { rpm: 100_000_000, tpm: 100_000_000_000, concurrency: 100_000 } }
END

  # The same in all but the ledger: no journal, no database.
  cp -r "$work/config" "$work/config-off"
  echo "store: { embedded: false }" >>"$work/config-off/node.yaml"

  nginx_server() { # port buffering
    cat <<END
  server {
    listen 127.0.0.1:$1 reuseport;
    location / {
      proxy_pass http://provider;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_buffering $2;
    }
  }
END
  }
  # The access log is on, as it is by default and in Sluice.
  cat >"$work/nginx/nginx.conf" <<END
$([ "$(id -u)" -ne 0 ] || echo "user root;")
daemon off;
worker_processes auto;
pid $work/nginx/pid;
error_log stderr warn;
events { worker_connections 8192; }
http {
  access_log $work/nginx/access.log;
  client_body_temp_path $work/nginx/body;
  proxy_temp_path $work/nginx/proxy;
  fastcgi_temp_path $work/nginx/fastcgi;
  uwsgi_temp_path $work/nginx/uwsgi;
  scgi_temp_path $work/nginx/scgi;
  keepalive_requests 1000000000;
  upstream provider {
    server 127.0.0.1:$provider_port;
    keepalive 64;
    keepalive_requests 1000000000;
  }
$(nginx_server "$nginx_port" on)
$(nginx_server "$unbuffered_port" off)
}
END
}

# In a shell of its own, since load_tool does not come back.
load_tool_once() { (load_tool "$@"); }

answers() { curl -s -o /dev/null --max-time 2 "$1"; }
is_ready() { curl -sf -o /dev/null --max-time 2 "$1"; }

start_simulator() {
  spawn "$work/simulator.log" "$jdk/bin/java" -jar target/sluice.jar simulate --port "$provider_port" --script "$work/simulator.yaml"
  await "$spawned" "the simulated provider" answers "http://127.0.0.1:$provider_port/"
}

start_nginx() {
  [ -n "$nginx" ] || return 0
  spawn "$work/nginx.log" "$nginx" -p "$work/nginx" -c "$work/nginx/nginx.conf"
  await "$spawned" nginx answers "http://127.0.0.1:$nginx_port/"
}

sluice_flags() { echo "--config $work/config --data $work/data --port $sluice_port --admin-port $admin_port"; }

start_sluice() { # JVM flags
  # shellcheck disable=SC2046,SC2086
  spawn "$work/sluice.log" "$jdk/bin/java" $1 -jar target/sluice.jar $(sluice_flags)
  sluice_pid=$spawned
  await "$sluice_pid" Sluice is_ready "http://127.0.0.1:$admin_port/health/ready"
}

# The same with nothing to see: the other side of `observability`.
start_quiet() {
  spawn "$work/quiet.log" "$jdk/bin/java" -jar target/sluice.jar --config "$work/quiet" --data "$work/quiet-data" \
    --port "$base_port" --admin-port "$base_admin_port"
  quiet_pid=$spawned
  await "$quiet_pid" "the quiet side" is_ready "http://127.0.0.1:$base_admin_port/health/ready"
}

# Another version of Sluice with the same configuration, where BENCH_BASE names its jar.
start_base() {
  [ -n "${BENCH_BASE:-}" ] || return 0
  spawn "$work/base.log" "$jdk/bin/java" -jar "$BENCH_BASE" --config "$work/config" --data "$work/base-data" \
    --port "$base_port" --admin-port "$base_admin_port"
  base_pid=$spawned
  await "$base_pid" "the base" is_ready "http://127.0.0.1:$base_admin_port/health/ready"
}

# The same program, flags and configuration without a ledger, where the part "ledger-cost" asks for it.
start_without_ledger() {
  [ "$part" = ledger-cost ] || return 0
  spawn "$work/off.log" "$jdk/bin/java" -jar target/sluice.jar --config "$work/config-off" --data "$work/off-data" \
    --port "$off_port" --admin-port "$off_admin_port"
  off_pid=$spawned
  await "$off_pid" "Sluice without a ledger" is_ready "http://127.0.0.1:$off_admin_port/health/ready"
}
