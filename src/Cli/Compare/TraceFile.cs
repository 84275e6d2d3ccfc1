using Trunkline.Cli.CommandLine;

namespace Trunkline.Cli.Compare;

/// <summary>The file of a trace, which is made when all else is known to be right.</summary>
internal sealed class TraceFile(string path) : IDisposable
{
    private const int BufferBytes = 1 << 20;

    private FileStream? _stream;

    /// <summary>The file, open.</summary>
    public Stream Stream => _stream!;

    /// <summary>Makes it; one that stood there is replaced.</summary>
    /// <param name="faults">Told why it cannot be.</param>
    public void Open(FaultList faults)
    {
        try
        {
            _stream = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.Read, BufferBytes);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException)
        {
            faults.Add($"--trace: \"{path}\" cannot be written: {exception.Message.TrimEnd('.')}; give a file that may be made");
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _stream?.Dispose();
}
