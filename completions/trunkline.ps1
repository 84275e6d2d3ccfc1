# PowerShell completion for trunkline: dot-source this file in $PROFILE.
# The program itself knows its verbs and options; this hands it the line and takes its answers.
Register-ArgumentCompleter -Native -CommandName trunkline -ScriptBlock {
    param($word, $ast, $cursor)
    $program = $ast.CommandElements[0].Extent.Text
    $typed = $ast.Extent.Text.Substring($program.Length).PadRight([Math]::Max(0, $cursor - $ast.Extent.StartOffset - $program.Length))
    $line = "trunkline$typed"
    $point = $cursor - $ast.Extent.StartOffset - $program.Length + 'trunkline'.Length
    & $program "[suggest:$point]" $line 2>$null | Where-Object { $_ -like "$word*" } | ForEach-Object {
        [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_)
    }
}
