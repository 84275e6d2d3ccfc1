using System.Globalization;
using System.Text;

namespace Trunkline.Hosting;

/// <summary>How much a line of the log matters.</summary>
public enum LogLevel
{
    /// <summary>For whoever looks for a fault.</summary>
    Debug,

    /// <summary>Something began or ended.</summary>
    Info,

    /// <summary>Something does not work, and may again.</summary>
    Warning,

    /// <summary>Something does not work and will not by itself.</summary>
    Error,
}

/// <summary>A daemon's log: a line an event, <c>time level event key=value…</c> (logfmt), which journals keep and programs read.</summary>
/// <remarks>Any thread. A log that cannot be written is dropped: it must not end what it tells of.</remarks>
/// <param name="writer">Where to, usually standard error.</param>
/// <param name="least">What matters less is left out.</param>
public sealed class DaemonLog(TextWriter writer, LogLevel least)
{
    private readonly Lock _gate = new();

    /// <summary>Writes a line.</summary>
    /// <param name="level">How much it matters.</param>
    /// <param name="what">What happened, a few words.</param>
    /// <param name="fields">Names and values.</param>
    public void Write(LogLevel level, string what, params ReadOnlySpan<(string Name, object? Value)> fields)
    {
        if (level < least)
        {
            return;
        }

        var line = new StringBuilder();
        line.Append(CultureInfo.InvariantCulture, $"{DateTimeOffset.UtcNow:yyyy-MM-ddTHH:mm:ss.fffZ} ");
        line.Append(level switch
        {
            LogLevel.Debug => "debug",
            LogLevel.Info => "info",
            LogLevel.Warning => "warning",
            _ => "error",
        });
        line.Append(" event=").Append(Quote(what));
        foreach ((string name, object? value) in fields)
        {
            line.Append(' ').Append(name).Append('=').Append(Quote(Convert.ToString(value, CultureInfo.InvariantCulture) ?? ""));
        }

        lock (_gate)
        {
            try
            {
                writer.WriteLine(line);
                writer.Flush();
            }
            catch (Exception exception) when (exception is IOException or ObjectDisposedException)
            {
                // Nobody reads it.
            }
        }
    }

    // What strangers send may be in a value: no line is to look like another.
    private static string Quote(string value)
    {
        bool isPlain = value.Length > 0;
        foreach (char c in value)
        {
            isPlain &= c is > ' ' and < '\x7f' and not '"' and not '=' and not '\\';
        }

        if (isPlain)
        {
            return value;
        }

        var quoted = new StringBuilder("\"");
        foreach (char c in value)
        {
            _ = c switch
            {
                '"' or '\\' => quoted.Append('\\').Append(c),
                < ' ' or '\x7f' => quoted.Append(CultureInfo.InvariantCulture, $"\\x{(int)c:x2}"),
                _ => quoted.Append(c),
            };
        }

        return quoted.Append('"').ToString();
    }
}
