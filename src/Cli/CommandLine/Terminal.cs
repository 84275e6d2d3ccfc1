using Spectre.Console;

namespace Trunkline.Cli.CommandLine;

/// <summary>Readable output: aligned tables, as wide as the terminal, or as they need when the output goes to a file or a pipe.</summary>
internal static class Terminal
{
    private const int NarrowestWidth = 80;
    private const int ParagraphWidth = 100;
    private const int UnboundedWidth = 1_000;
    private const int ColumnGap = 2;

    private static readonly Style Best = new(Color.Green, decoration: Decoration.Bold);

    /// <summary>A console over a writer, as wide and as colourful as the place where its text will go.</summary>
    /// <remarks>Colour only on a terminal, and never where <c>NO_COLOR</c> is set.</remarks>
    private static IAnsiConsole Over(TextWriter output, TextWriter target)
    {
        bool isPlain = !IsTerminal(target) || Environment.GetEnvironmentVariable("NO_COLOR") is { Length: > 0 };
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(output),
            Ansi = isPlain ? AnsiSupport.No : AnsiSupport.Detect,
            ColorSystem = isPlain ? ColorSystemSupport.NoColors : ColorSystemSupport.Detect,
            Interactive = InteractionSupport.No,
        });
        console.Profile.Width = WidthOf(target);
        return console;
    }

    /// <summary>Columns that a line may have.</summary>
    public static int WidthOf(TextWriter output) => IsTerminal(output) ? Math.Max(Console.WindowWidth, NarrowestWidth) : UnboundedWidth;

    /// <summary>Prints a table; no line ends with blanks.</summary>
    public static void Write(TextWriter output, Table table)
    {
        using var lines = new StringWriter();
        Over(lines, output).Write(table);
        foreach (string line in lines.ToString().TrimEnd().Split('\n'))
        {
            output.WriteLine(line.TrimEnd());
        }
    }

    /// <summary>Prints a paragraph in lines of a readable length, all but the first indented.</summary>
    public static void WriteParagraph(TextWriter output, string text)
    {
        int column = 0;
        foreach (string word in text.Split(' '))
        {
            if (column > 0 && column + 1 + word.Length > ParagraphWidth)
            {
                output.WriteLine();
                output.Write(' ');
                column = 1;
            }

            output.Write(column == 0 ? word : $" {word}");
            column += word.Length + (column == 0 ? 0 : 1);
        }

        output.WriteLine();
    }

    /// <summary>A table with plain heads, no frame and two blanks between columns.</summary>
    /// <param name="heads">Column heads; one that begins with &gt; is of numbers and stands at the right, a | in it begins a second line.</param>
    public static Table Table(params IEnumerable<string> heads)
    {
        Table table = new Table().Border(TableBorder.None).Collapse();
        foreach (string head in heads)
        {
            bool isNumber = head.StartsWith('>');
            var column = new TableColumn(new Text((isNumber ? head[1..] : head).Replace('|', '\n'))) { NoWrap = isNumber, Padding = new Padding(0, 0, ColumnGap, 0) };
            table.AddColumn(isNumber ? column.RightAligned() : column);
        }

        return table;
    }

    /// <summary>Prints columns as a table, as many as there is room for.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="columns">Heads as for <see cref="Table"/> with the cells below, the most dispensable group the highest; 0 always stays.</param>
    /// <param name="widthMax">Columns of a line that are not to be exceeded in a file or a pipe.</param>
    public static void WriteColumns(
        TextWriter output, IReadOnlyList<(int Dispensable, string Head, string[] Cells)> columns, int widthMax = UnboundedWidth)
    {
        int width = IsTerminal(output) ? WidthOf(output) : widthMax;
        while (columns.Sum(c => ColumnGap + c.Cells.Concat(c.Head.TrimStart('>').Split('|')).Max(t => t.Length)) - ColumnGap > width
            && columns.Max(c => c.Dispensable) is > 0 and int most)
        {
            columns = [.. columns.Where(c => c.Dispensable < most)];
        }

        Table table = Table(columns.Select(c => c.Head));
        for (int row = 0; row < columns[0].Cells.Length; row++)
        {
            table.AddTextRow(columns.Select(c => c.Cells[row]));
        }

        Write(output, table);
    }

    /// <summary>Adds a row of plain text: nothing in it is markup.</summary>
    /// <remarks>Figures with a star are in colour too, on a terminal.</remarks>
    public static void AddTextRow(this Table table, params IEnumerable<string> cells) => table.AddRow(cells.Select(c => new Text(c, IsBest(c) ? Best : null)));

    private static bool IsBest(string cell) => cell.Length > 0 && char.IsAsciiDigit(cell[0]) && cell.EndsWith('*');

    private static bool IsTerminal(TextWriter output) => ReferenceEquals(output, Console.Out) && !Console.IsOutputRedirected;
}
