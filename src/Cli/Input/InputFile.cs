using System.Buffers.Binary;
using Trunkline.Core.Wire;

namespace Trunkline.Cli.Input;

/// <summary>The bytes of a capture file, decompressed where its content says so.</summary>
internal sealed class InputFile : IDisposable
{
    /// <summary>The path that stands for standard input.</summary>
    public const string StandardInput = "-";

    /// <summary>Compressions within each other: a compressed file that was compressed again.</summary>
    private const int CompressionsMax = 2;

    /// <summary>Compressions that are known by sight only, and the program that undoes each.</summary>
    private static readonly (byte[] Magic, string Name, string Program)[] OtherCompressions =
    [
        ([0xfd, (byte)'7', (byte)'z', (byte)'X', (byte)'Z', 0], "xz", "xz -dc"),
        ("BZh"u8.ToArray(), "bzip2", "bzip2 -dc"),
        ([0x04, 0x22, 0x4d, 0x18], "lz4", "lz4 -dc"),
        ("PK\u0003\u0004"u8.ToArray(), "zip", "unzip -p"),
    ];

    private readonly PeekStream _raw;
    private readonly FileStream? _file;
    private PeekStream _content;

    private InputFile(string path, Stream stream)
    {
        Path = path;
        _file = stream as FileStream;
        _raw = new PeekStream(stream);
        _content = _raw;
    }

    /// <summary>The path as given.</summary>
    public string Path { get; }

    /// <summary>What to call it.</summary>
    public string Name => NameOf(Path);

    /// <summary>What the content is.</summary>
    public CaptureFormat Format { get; private set; }

    /// <summary>Whether the content was compressed.</summary>
    public bool IsCompressed => _content != _raw;

    /// <summary>Whether it can be opened again and will then be the same: true of files, false of pipes.</summary>
    public bool CanOpenAgain => _file?.CanSeek == true;

    /// <summary>Bytes read so far, compressed where the file is.</summary>
    public long BytesRead => _raw.BytesRead;

    /// <summary>Length of the file, compressed where it is; null of pipes.</summary>
    public long? Length => CanOpenAgain ? _file!.Length : null;

    /// <summary>What to call the file of a path.</summary>
    public static string NameOf(string path) => path == StandardInput ? "standard input" : path;

    /// <summary>Opens a file and finds out what it is.</summary>
    /// <param name="path">A path, or - for standard input.</param>
    /// <param name="zstd">Gives the library for zstd, or null where there is none.</param>
    /// <param name="fault">What is wrong and what to give instead; null when nothing is.</param>
    /// <returns>Null with a fault.</returns>
    public static InputFile? Open(string path, Func<ZstdLibrary?> zstd, out string? fault)
    {
        if (path == StandardInput && !Console.IsInputRedirected)
        {
            fault = "standard input is a terminal; give a capture by a pipe: tcpdump -w - | trunkline …";
            return null;
        }

        InputFile? input = null;
        try
        {
            input = new InputFile(path, OpenStream(path));
            fault = input.FindFormat(zstd);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            fault = $"{path}: no such file";
        }
        catch (Exception exception) when (exception is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            fault = Directory.Exists(path) ? $"{path} is a folder; name the files in it" : $"{NameOf(path)} cannot be read: {exception.Message}";
        }

        if (fault is null)
        {
            return input;
        }

        input?.Dispose();
        return null;
    }

    /// <summary>Reads the next bytes of the content.</summary>
    /// <returns>0 at the end.</returns>
    /// <exception cref="EndOfStreamException">Its compressed data is cut.</exception>
    /// <exception cref="InvalidDataException">Its compressed data is damaged; the message says how, as the end of a sentence.</exception>
    /// <exception cref="IOException">It cannot be read any more.</exception>
    public int Read(Span<byte> buffer) => _content.Read(buffer);

    /// <inheritdoc/>
    public void Dispose() => _content.Dispose();

    private static Stream OpenStream(string path) => path == StandardInput
        ? Console.OpenStandardInput()
        : new FileStream(path, new FileStreamOptions
        {
            // Whole buffers are read into the caller's own; and a capture may still be written to.
            BufferSize = 0,
            Options = FileOptions.SequentialScan,
            Share = FileShare.ReadWrite | FileShare.Delete,
        });

    private string? FindFormat(Func<ZstdLibrary?> zstd)
    {
        string within = "";
        for (int compressions = 0; ; compressions++)
        {
            ReadOnlySpan<byte> head = _content.Peek();
            Format = PcapReader.Detect(head);
            if (Format != CaptureFormat.Unknown)
            {
                return null;
            }

            if (head.IsEmpty)
            {
                return $"{Name} is empty{within}; give a capture with traffic (tcpdump -w FILE)";
            }

            bool isGzip = head.StartsWith((ReadOnlySpan<byte>)[0x1f, 0x8b]);
            bool isZstd = IsZstd(head);
            if (!isGzip && !isZstd)
            {
                return OtherFormat(head, within);
            }

            if (compressions == CompressionsMax)
            {
                return $"{Name} is compressed more than {CompressionsMax} times over; decompress it first";
            }

            ZstdLibrary? library = isZstd ? zstd() : null;
            if (isZstd && library is null)
            {
                return $"{Name} is compressed with zstd, and this machine has no libzstd; install it (Debian: libzstd1) or decompress the file: zstd -d {FileWord}";
            }

            within = isGzip ? " within its gzip data" : " within its zstd data";
            _content = new PeekStream(isGzip ? new GzipInput(_content) : new ZstdInput(library!, _content));
        }
    }

    /// <summary>A frame of zstd, or one to be skipped, which some compressors put in front (RFC 8878 §3.1).</summary>
    private static bool IsZstd(ReadOnlySpan<byte> head) =>
        BinaryPrimitives.TryReadUInt32LittleEndian(head, out uint magic) && (magic == 0xfd2fb528 || (magic & 0xfffffff0) == 0x184d2a50);

    private string OtherFormat(ReadOnlySpan<byte> head, string within)
    {
        foreach ((byte[] magic, string name, string program) in OtherCompressions)
        {
            if (head.StartsWith(magic))
            {
                return $"{Name} is compressed with {name}; give what {program} {FileWord} prints, by a pipe and - as the file";
            }
        }

        return $"{Name} is no capture file{within}; give pcap or pcapng (tcpdump -w FILE), plain or compressed with gzip or zstd";
    }

    private string FileWord => Path == StandardInput ? "FILE" : Path;
}
