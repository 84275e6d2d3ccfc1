# Bash completion for trunkline: source this file, or put it where bash-completion looks (completions/trunkline).
# The program itself knows its verbs and options; this hands it the line and takes its answers.
_trunkline() {
  local program=${COMP_WORDS[0]}
  local line=trunkline${COMP_LINE#"$program"}
  local point=$((COMP_POINT - ${#program} + 9))
  mapfile -t COMPREPLY < <(
    compgen -W "$("$program" "[suggest:$point]" "$line" 2>/dev/null)" -- "${COMP_WORDS[COMP_CWORD]}"
  )
}
complete -o default -F _trunkline trunkline
