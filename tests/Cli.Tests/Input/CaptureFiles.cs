using System.IO.Compression;
using Trunkline.Cli.Input;
using Trunkline.Core.Wire;

namespace Trunkline.Cli.Tests.Input;

/// <summary>A folder of capture files for one test, and how they are read.</summary>
internal sealed class CaptureFiles : IDisposable
{
    /// <summary>A gzip member of nothing, which the library writes as no bytes at all.</summary>
    public static readonly byte[] EmptyGzip = Convert.FromHexString("1f8b080000000000000303000000000000000000");

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("trunkline-");

    /// <summary>Writes a file.</summary>
    /// <returns>Its path.</returns>
    public string Write(string name, byte[] bytes)
    {
        string path = PathOf(name);
        File.WriteAllBytes(path, bytes);
        return path;
    }

    /// <summary>The path of a file in the folder.</summary>
    public string PathOf(string name) => Path.Combine(_folder.FullName, name);

    /// <summary>Opens files that must be good.</summary>
    public static CaptureInput Open(params string[] paths)
    {
        var faults = new List<string>();
        CaptureInput? input = CaptureInput.Open(paths, faults);
        Assert.Equal([], faults);
        return input!;
    }

    /// <summary>Opens files that must be bad.</summary>
    public static IReadOnlyList<string> FaultsOf(params string[] paths)
    {
        var faults = new List<string>();
        Assert.Null(CaptureInput.Open(paths, faults));
        return faults;
    }

    /// <summary>Reads to the end.</summary>
    public static IReadOnlyList<SeenFrame> ReadAll(CaptureInput input)
    {
        var frames = new List<SeenFrame>();
        while (input.TryRead(out CaptureRecord record, out int interfaceIndex))
        {
            frames.Add(new(interfaceIndex, record.LinkType, record.Time.Nanoseconds, record.WireLength, Convert.ToHexString(record.Frame)));
        }

        Assert.False(input.TryRead(out _, out int none));
        Assert.Equal(-1, none);
        return frames;
    }

    /// <summary>Reads files that must be whole.</summary>
    public static IReadOnlyList<SeenFrame> ReadAll(params string[] paths)
    {
        using CaptureInput input = Open(paths);
        IReadOnlyList<SeenFrame> frames = ReadAll(input);
        Assert.Equal([], input.Broken);
        return frames;
    }

    /// <summary>Compresses with gzip, as one member.</summary>
    public static byte[] Gzip(byte[] bytes)
    {
        using var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, CompressionLevel.Optimal))
        {
            gzip.Write(bytes);
        }

        return compressed.ToArray();
    }

    /// <inheritdoc/>
    public void Dispose() => _folder.Delete(recursive: true);
}

/// <summary>One frame as it was read.</summary>
internal sealed record SeenFrame(int Interface, LinkType LinkType, long TimeNs, long WireLength, string Bytes);
