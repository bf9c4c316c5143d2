# Completion of the `pirn` command for bash.

# Prints the values that the option `$2` of subcommand `$1` takes; `-` for files, `/` for folders.
_pirn_values() {
  case $1:$2 in
    flags:-x | flags:--executor) echo "processes mpi" && return ;;
    hash:-b) return 1 ;;
    hash:-x | hash:--executor) echo "threads processes mpi inline" && return ;;
    kv:-n | kv:--nodes | kv:-t) echo "" && return ;;
    kv:-j | kv:--journal) echo - && return ;;
    taxis:-x | taxis:--executor) echo "threads processes mpi inline" && return ;;
    taxis:--style) echo "generators tasks" && return ;;
    sim:--list | sim:--list-bugs) return 1 ;;
    sim:--seeds | sim:--bug) echo "" && return ;;
    taxis:--plot) echo - && return ;;
    taxis:-[dents]) echo "" && return ;;
    taxis:--end-time | taxis:--taxis | taxis:--replications) echo "" && return ;;
  esac
  case $2 in
    --driver) echo "auto io_uring epoll" ;;
    --style) echo "sequential threads futures processes async virtual all" ;;
    -s | --server) echo "LOCAL DELAY ERROR REMOTE" ;;
    -i | --input | --source | --ca-file | --tls-cert | --tls-key | --tls-client-ca) echo - ;;
    --faults | --reduce | --timeline) echo - ;;
    -d | --dest | --flags-dir | -o | --output-dir) echo / ;;
    -l | --limit | -m | --max-req | --base-url | --delay | --error-rate | --seed) echo "" ;;
    -j | --jobs | --per-host | --timeout | --connect-timeout) echo "" ;;
    --retries | --retry-wait | --retry-wait-max | -b | --bind | -n | --seconds | --tcp) echo "" ;;
    --proxy | --connections | --idle) echo "" ;;
    *) return 1 ;;
  esac
}

_pirn_options() {
  case $1 in
    charfinder)
      echo "--tcp --source --no-cache --json --quiet --driver --workers --help"
      ;;
    doctor) echo "--json --driver --help" ;;
    flags)
      echo "--all --every --limit --max-req --server --base-url --delay --error-rate --style" \
        "--executor --with-country --dest --flags-dir --seed --verbose --json --driver --help"
      ;;
    get)
      echo "--input --output-dir --jobs --per-host --timeout --connect-timeout --retries" \
        "--retry-wait --retry-wait-max --ca-file --insecure --fail-early --keep-partial --sync" \
        "--json --quiet --driver --help"
      ;;
    hash)
      echo "--executor --jobs --binary --text --tag --zero --check --ignore-missing --quiet" \
        "--status --strict --warn --json --driver --help"
      ;;
    serve)
      echo "--bind --list --no-list --quiet --tls-cert --tls-key --tls-client-ca" \
        "--behind-proxy --connections --idle --driver --workers --help"
      ;;
    echo)
      echo "--udp --tls-cert --tls-key --tls-client-ca --connections --idle --driver --workers" \
        "--help"
      ;;
    kv) echo "--nodes --journal --timeout --driver --help" ;;
    nc)
      echo "--listen --keep --udp --proxy --tls --ca-file --insecure --tls-cert --tls-key" \
        "--tls-client-ca --quiet --driver --help"
      ;;
    sim)
      echo "--list --seeds --seed --jobs --twice --faults --no-faults --reduce" \
        "--timeline --bug --list-bugs --json --quiet --help"
      ;;
    spin) echo "--seconds --help" ;;
    taxis)
      echo "--end-time --taxis --seed --delay --style --replications --executor --jobs --plot" \
        "--json --help"
      ;;
    *) echo "charfinder doctor echo flags get hash kv nc serve sim spin taxis --help --version" ;;
  esac
}

_pirn() {
  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} subcommand="" values
  ((COMP_CWORD < 2)) || subcommand=${COMP_WORDS[1]}
  COMPREPLY=()
  if values=$(_pirn_values "$subcommand" "$before"); then
    case $values in
      -) mapfile -t COMPREPLY < <(compgen -f -- "$word") ;;
      /) mapfile -t COMPREPLY < <(compgen -d -- "$word") ;;
      *) mapfile -t COMPREPLY < <(compgen -W "$values" -- "$word") ;;
    esac
  elif [[ $subcommand == serve && $word != -* ]]; then
    mapfile -t COMPREPLY < <(compgen -d -- "$word")
  elif [[ $subcommand == sim && $word != -* ]]; then
    mapfile -t COMPREPLY < <(compgen -W "charfinder get" -- "$word")
  elif [[ $subcommand == hash && $word != -* ]]; then
    mapfile -t COMPREPLY < <(compgen -f -- "$word")
  else
    mapfile -t COMPREPLY < <(compgen -W "$(_pirn_options "$subcommand")" -- "$word")
  fi
}

complete -o filenames -F _pirn pirn
