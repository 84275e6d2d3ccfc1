namespace Trunkline.Cli.CommandLine;

/// <summary>Every fault of a command line, told together, one line each.</summary>
internal sealed class FaultList(string subject)
{
    private readonly List<string> _faults = [];
    private readonly List<string> _located = [];

    /// <summary>Whether anything is wrong.</summary>
    public bool Any => _faults.Count + _located.Count > 0;

    /// <summary>Adds a fault: <c>--links: "x" is …; write …</c>.</summary>
    public void Add(string fault) => _faults.Add(fault);

    /// <summary>Adds faults that begin with the file and line that they are in.</summary>
    public void AddLocated(IEnumerable<string> faults) => _located.AddRange(faults);

    /// <summary>Reads the value of an option with code that knows nothing of options, and puts the option before its faults.</summary>
    public T Under<T>(string option, Func<ICollection<string>, T> read)
    {
        var found = new List<string>();
        T value = read(found);
        _faults.AddRange(found.Select(f => $"{option}: {f}"));
        return value;
    }

    /// <summary>Prints the faults.</summary>
    /// <returns><see cref="ExitStatus.BadInput"/>, for the verb to return.</returns>
    public int Print(TextWriter error)
    {
        foreach (string fault in _located.Distinct())
        {
            error.WriteLine(fault);
        }

        foreach (string fault in _faults.Distinct())
        {
            error.WriteLine($"{subject}: {fault}");
        }

        return ExitStatus.BadInput;
    }
}
