# Fish completion for trunkline: put this file in ~/.config/fish/completions.
# The program itself knows its verbs and options; this hands it the line and takes its answers, or files where it has none.
function __trunkline_answers
    set -l program (commandline -opc)[1]
    set -l line (string replace -r '^\S+' trunkline -- (commandline -cp))
    $program "[suggest:"(string length -- "$line")"]" "$line" 2>/dev/null | string match -v ''
    or __fish_complete_path (commandline -ct)
end
complete -c trunkline -f -a '(__trunkline_answers)'
