using System.Globalization;

namespace Trunkline.Cli.CommandLine;

/// <summary>One line on a terminal that says how far long work is: first after a second, then twice a second, gone at the end.</summary>
/// <param name="error">Where it goes.</param>
/// <param name="isShown">Whether a person watches: text that rewrites itself does not belong into a log.</param>
/// <param name="clock">Now, and timestamps between which it counts.</param>
internal sealed class Progress(TextWriter error, bool isShown, TimeProvider clock)
{
    /// <summary>Frames between two looks at the clock: so many that it costs nothing, and so few that a person does not wait.</summary>
    public const int FramesPerLook = 1 << 16;

    private static readonly TimeSpan First = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Every = TimeSpan.FromMilliseconds(500);

    private readonly long _start = clock.GetTimestamp();
    private TimeSpan _next = First;
    private int _width;

    /// <summary>Shown when standard error is a terminal.</summary>
    public static Progress On(TextWriter error) =>
        new(error, ReferenceEquals(error, Console.Error) && !Console.IsErrorRedirected, TimeProvider.System);

    /// <summary>Says how far it is, when it is time to. Cheap; to be called every few thousand steps.</summary>
    /// <param name="done">Bytes read.</param>
    /// <param name="total">Of so many; null where nobody knows.</param>
    /// <param name="count">Frames so far.</param>
    public void Tell(long done, long? total, long count)
    {
        if (!isShown || clock.GetElapsedTime(_start) is var elapsed && elapsed < _next)
        {
            return;
        }

        _next = elapsed + Every;
        string share = total is > 0 ? string.Create(CultureInfo.InvariantCulture, $"{100.0 * done / total.Value:0} %, ") : "";
        string text = string.Create(
            CultureInfo.InvariantCulture,
            $"{share}{count / 1e6:0.0} million frames, {done / 1e6:0} MB in {elapsed.TotalSeconds:0} s");
        error.Write($"\r{text.PadRight(_width)}");
        _width = text.Length;
        error.Flush();
    }

    /// <summary>Takes the line away.</summary>
    public void End()
    {
        if (_width > 0)
        {
            error.Write($"\r{new string(' ', _width)}\r");
            error.Flush();
            _width = 0;
        }
    }
}
