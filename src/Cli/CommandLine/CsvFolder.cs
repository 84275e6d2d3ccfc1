using System.Text;

namespace Trunkline.Cli.CommandLine;

/// <summary>A folder of CSV files (RFC 4180). Files that stood there under their names are replaced.</summary>
/// <param name="folder">The folder, which is made where there is none.</param>
internal sealed class CsvFolder(string folder) : IDisposable
{
    private const int BufferBytes = 1 << 16;

    private readonly List<StreamWriter> _files = [];

    /// <summary>Opens files and writes their heads.</summary>
    /// <param name="files">Names and heads.</param>
    /// <param name="faults">Told why it cannot be.</param>
    /// <returns>One writer for each; null with a fault.</returns>
    public IReadOnlyList<StreamWriter>? Open(IEnumerable<(string Name, string Head)> files, FaultList faults)
    {
        try
        {
            Directory.CreateDirectory(folder);
            foreach ((string name, string head) in files)
            {
                string path = Path.Combine(folder, name);
                var stream = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.Read, BufferBytes);
                var file = new StreamWriter(stream, new UTF8Encoding(false)) { NewLine = "\n" };
                _files.Add(file);
                file.WriteLine(head);
            }

            return _files;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException)
        {
            faults.Add(
                $"--csv: \"{folder}\" cannot be written: {exception.Message.TrimEnd('.')}; give a folder in which files may be made");
            return null;
        }
    }

    /// <summary>Text as a cell.</summary>
    public static string Cell(string text) =>
        text.AsSpan().IndexOfAny(",\"\n\r") < 0 ? text : $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (StreamWriter file in _files)
        {
            file.Dispose();
        }
    }
}
