using Spectre.Console;

namespace Trunkline.Cli.CommandLine;

/// <summary>Readable output: aligned tables, as wide as the terminal, or as they need when the output goes to a file or a pipe.</summary>
internal static class Terminal
{
    private const int UnboundedWidth = 1_000;

    /// <summary>A console over a writer; colour only on a terminal and never where <c>NO_COLOR</c> is set.</summary>
    public static IAnsiConsole Over(TextWriter output)
    {
        bool isTerminal = ReferenceEquals(output, Console.Out) && !Console.IsOutputRedirected;
        bool isPlain = !isTerminal || Environment.GetEnvironmentVariable("NO_COLOR") is { Length: > 0 };
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(output),
            Ansi = isPlain ? AnsiSupport.No : AnsiSupport.Detect,
            ColorSystem = isPlain ? ColorSystemSupport.NoColors : ColorSystemSupport.Detect,
            Interactive = InteractionSupport.No,
        });
        if (!isTerminal)
        {
            console.Profile.Width = UnboundedWidth;
        }

        return console;
    }

    /// <summary>A table with plain heads, no frame and two blanks between columns.</summary>
    /// <param name="heads">Column heads; one that begins with &gt; is of numbers and stands at the right.</param>
    public static Table Table(params IEnumerable<string> heads)
    {
        Table table = new Table().Border(TableBorder.None).Collapse();
        foreach (string head in heads)
        {
            bool isNumber = head.StartsWith('>');
            var column = new TableColumn(new Text(isNumber ? head[1..] : head)) { NoWrap = isNumber, Padding = new Padding(0, 0, 2, 0) };
            table.AddColumn(isNumber ? column.RightAligned() : column);
        }

        return table;
    }

    /// <summary>Adds a row of plain text: nothing in it is markup.</summary>
    public static void AddTextRow(this Table table, params IEnumerable<string> cells) => table.AddRow(cells.Select(c => new Text(c)));
}
