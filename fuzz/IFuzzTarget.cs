namespace Trunkline.Fuzz;

/// <summary>Something that takes bytes from strangers. One file in <c>Targets</c> each; the program finds them by itself.</summary>
public interface IFuzzTarget
{
    /// <summary>Its name on the command line and of its folder in <c>fuzz/corpus</c>.</summary>
    string Name { get; }

    /// <summary>Small good inputs, by file name; <c>--write-corpus</c> writes them into the corpus.</summary>
    IEnumerable<KeyValuePair<string, byte[]>> Seeds { get; }

    /// <summary>Feeds it one input, and throws where it breaks a promise.</summary>
    /// <returns>
    /// A number for what sort of thing happened: inputs with a number not seen before are kept and mutated further, which
    /// stands in for the coverage that an instrumented program would report. The same in every process.
    /// </returns>
    ulong Run(ReadOnlySpan<byte> input);
}
