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

    private const int BarWidth = 20;

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
        if (!IsDue(out TimeSpan elapsed))
        {
            return;
        }

        string share = total is > 0 ? string.Create(CultureInfo.InvariantCulture, $"{100.0 * done / total.Value:0} %, ") : "";
        Show(string.Create(
            CultureInfo.InvariantCulture,
            $"{share}{count / 1e6:0.0} million frames, {done / 1e6:0} MB in {elapsed.TotalSeconds:0} s"));
    }

    /// <summary>Says how far work is of which all is known, with a bar.</summary>
    /// <param name="share">How much is done, 0 to 1.</param>
    /// <param name="what">What that is a share of.</param>
    public void TellShare(double share, string what)
    {
        if (!IsDue(out TimeSpan elapsed))
        {
            return;
        }

        int full = (int)(share * BarWidth);
        string left = share > 0.02
            ? string.Create(CultureInfo.InvariantCulture, $", {elapsed.TotalSeconds * (1 - share) / share:0} s left")
            : "";
        Show(string.Create(
            CultureInfo.InvariantCulture,
            $"[{new string('#', full)}{new string('.', BarWidth - full)}] {100 * share:0} % of {what} in {elapsed.TotalSeconds:0} s{left}"));
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

    private bool IsDue(out TimeSpan elapsed)
    {
        elapsed = clock.GetElapsedTime(_start);
        if (!isShown || elapsed < _next)
        {
            return false;
        }

        _next = elapsed + Every;
        return true;
    }

    private void Show(string text)
    {
        error.Write($"\r{text.PadRight(_width)}");
        _width = text.Length;
        error.Flush();
    }
}
