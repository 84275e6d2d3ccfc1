using System.Runtime.InteropServices;
using Trunkline.Cli.Input;
using Trunkline.Testing;
using Trunkline.Testing.Captures;

namespace Trunkline.Cli.Tests.Input;

public sealed class CompressedInputTests : IDisposable
{
    private readonly CaptureFiles _files = new();

    public void Dispose() => _files.Dispose();

    [Fact]
    public void Gzip_OfOneOrSeveralMembers_GivesTheContent()
    {
        byte[] content = Content(300_000);

        Assert.Equal(content, ReadAll(new GzipInput(new MemoryStream(CaptureFiles.Gzip(content))), 10_000).Bytes);
        byte[] members = [.. CaptureFiles.Gzip(content[..1000]), .. CaptureFiles.EmptyGzip, .. CaptureFiles.Gzip(content[1000..])];
        Assert.Equal(content, ReadAll(new GzipInput(new MemoryStream(members)), 7).Bytes);
        Assert.Null(ReadAll(new GzipInput(new MemoryStream(members)), 7).Fault);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(13)]
    [InlineData(4096)]
    public void Gzip_CutAnywhere_GivesWhatCameBeforeAndSaysSo(int bufferLength)
    {
        byte[] content = Content(700);
        byte[] first = CaptureFiles.Gzip(content[..300]);
        byte[] file = [.. first, .. CaptureFiles.Gzip(content[300..])];
        for (int length = 1; length <= file.Length; length++)
        {
            (byte[] bytes, Exception? fault) = ReadAll(new GzipInput(new MemoryStream(file[..length])), bufferLength);

            Assert.True(content.AsSpan().StartsWith(bytes));
            bool isWhole = length == first.Length || length == file.Length;
            Assert.Equal(isWhole ? null : typeof(EndOfStreamException), fault?.GetType());
        }
    }

    [Fact]
    public void Gzip_OfContentThatDoesNotCompress_IsKnownWhenCut()
    {
        byte[] content = new byte[40_000];
        new Random(4).NextBytes(content);
        byte[] file = CaptureFiles.Gzip(content);
        for (int length = 18; length < file.Length; length += 97)
        {
            (byte[] bytes, Exception? fault) = ReadAll(new GzipInput(new MemoryStream(file[..length])), 8192);

            Assert.True(content.AsSpan().StartsWith(bytes));
            Assert.IsType<EndOfStreamException>(fault);
        }
    }

    [Fact]
    public void Gzip_DamagedOrFollowedBySomethingElse_SaysSo()
    {
        byte[] file = CaptureFiles.Gzip(Content(5_000));
        byte[] damaged = [.. file];
        damaged[^6] ^= 1;

        Assert.Equal("its gzip data is damaged", ReadAll(new GzipInput(new MemoryStream(damaged)), 100).Fault?.Message);
        (byte[] bytes, Exception? fault) = ReadAll(new GzipInput(new MemoryStream([.. file, .. "something"u8])), 100);
        Assert.Equal((5_000, "something else follows its gzip data"), (bytes.Length, fault?.Message));
    }

    [Fact]
    public void Zstd_OfSeveralFrames_GivesTheContent()
    {
        byte[] content = Content(300_000);
        byte[] file =
        [
            .. ZstdBuilder.SkippableFrame([1, 2, 3]), .. ZstdBuilder.Frame(content.AsSpan(0, 200_001)), .. ZstdBuilder.Frame([]), .. ZstdBuilder.Frame(content.AsSpan(200_001)),
        ];

        (byte[] bytes, Exception? fault) = ReadAll(new ZstdInput(Library(), new MemoryStream(file)), 10_000);

        Assert.Null(fault);
        Assert.Equal(content, bytes);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4096)]
    public void Zstd_CutAnywhere_GivesWhatCameBeforeAndSaysSo(int bufferLength)
    {
        byte[] content = Content(500);
        byte[] first = ZstdBuilder.Frame(content.AsSpan(0, 300));
        byte[] file = [.. first, .. ZstdBuilder.Frame(content.AsSpan(300))];
        for (int length = 1; length <= file.Length; length++)
        {
            (byte[] bytes, Exception? fault) = ReadAll(new ZstdInput(Library(), new MemoryStream(file[..length])), bufferLength);

            Assert.True(content.AsSpan().StartsWith(bytes));
            bool isWhole = length == first.Length || length == file.Length;
            Assert.Equal(isWhole ? null : typeof(EndOfStreamException), fault?.GetType());
        }
    }

    [Fact]
    public void Zstd_Damaged_SaysSo()
    {
        byte[] file = [.. ZstdBuilder.Frame(Content(100)), .. "something"u8];

        (byte[] bytes, Exception? fault) = ReadAll(new ZstdInput(Library(), new MemoryStream(file)), 1000);

        Assert.Equal(100, bytes.Length);
        Assert.StartsWith("its zstd data cannot be decompressed (", Assert.IsType<InvalidDataException>(fault).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Capture_CompressedInAnyWay_GivesTheSameFrames()
    {
        byte[] pcap = Pcap();
        IReadOnlyList<SeenFrame> frames = CaptureFiles.ReadAll(_files.Write("plain", pcap));
        byte[] gzip = CaptureFiles.Gzip(pcap);

        Assert.Equal(frames, CaptureFiles.ReadAll(_files.Write("gz", gzip)));
        Assert.Equal(frames, CaptureFiles.ReadAll(_files.Write("gzgz", CaptureFiles.Gzip(gzip))));
        _ = Library();
        Assert.Equal(frames, CaptureFiles.ReadAll(_files.Write("zst", ZstdBuilder.Frame(pcap))));
        Assert.Equal(frames, CaptureFiles.ReadAll(_files.Write("gzzst", ZstdBuilder.Frame(gzip))));
        Assert.Equal(frames, CaptureFiles.ReadAll(_files.Write("zstgz", CaptureFiles.Gzip(ZstdBuilder.Frame(pcap)))));
    }

    [Theory]
    [InlineData("zstd", "-19")]
    [InlineData("zstd", "-3", "--long=27")]
    [InlineData("gzip", "-9")]
    public void Capture_CompressedByTheUsualProgram_GivesTheSameFrames(string program, params string[] options)
    {
        string plain = _files.Write("plain.pcap", Pcap());
        if (program == "zstd")
        {
            _ = Library();
        }

        Command.Run(Require.Program(program), [.. options, "-k", "-q", plain]).OrThrow();
        string compressed = plain + (program == "zstd" ? ".zst" : ".gz");

        using CaptureInput input = CaptureFiles.Open(compressed);
        Assert.Equal(CaptureFiles.ReadAll(plain), CaptureFiles.ReadAll(input));
        Assert.Equal(new FileInfo(compressed).Length, input.BytesTotal);
        Assert.Equal(input.BytesTotal, input.BytesRead);
    }

    [Fact]
    public void Capture_CutOrDamagedWithinItsCompression_SaysWhere()
    {
        byte[] pcap = Pcap();
        byte[] gzip = CaptureFiles.Gzip(pcap);
        byte[] damaged = [.. gzip];
        damaged[^6] ^= 1;
        foreach ((byte[] file, string what) in (ReadOnlySpan<(byte[], string)>)[(gzip[..^4], "cut at"), (gzip[..^500], "cut at"), (damaged, "broken at")])
        {
            string path = _files.Write("a.gz", file);
            using CaptureInput input = CaptureFiles.Open(path);
            IReadOnlyList<SeenFrame> frames = CaptureFiles.ReadAll(input);

            Assert.NotEmpty(frames);
            int offset = 24 + frames.Sum(f => 16 + (f.Bytes.Length / 2));
            string end = what == "cut at" ? "its gzip data is cut" : "its gzip data is damaged";
            Assert.Equal([$"{path}: {what} byte {offset} of the uncompressed data: {end}; what came before it was used"], input.Broken);
        }
    }

    [Fact]
    public void Zstd_WhereTheLibraryIsMissing_SaysWhatToInstall()
    {
        Assert.Null(ZstdLibrary.Load(["libzstd-of-no-machine.so.1", "libc.so.6"]));
        string path = _files.Write("a.zst", ZstdBuilder.Frame(Pcap()));
        var faults = new List<string>();

        Assert.Null(CaptureInput.Open([path], faults, () => null));

        Assert.Equal([$"{path} is compressed with zstd, and this machine has no libzstd; install it (Debian: libzstd1) or decompress the file: zstd -d {path}"], faults);
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("zstd")]
    public void Capture_CompressedWithWrongBytes_NeverThrows(string program)
    {
        byte[] pcap = Pcap(60);
        byte[] compressed = program == "gzip" ? CaptureFiles.Gzip(pcap) : ZstdBuilder.Frame(pcap);
        if (program == "zstd")
        {
            _ = Library();
        }

        var random = new Random(20_260_104);
        int broken = 0;
        for (int i = 0; i < 500; i++)
        {
            byte[] file = [.. compressed];
            for (int changes = random.Next(1, 4); changes > 0; changes--)
            {
                file[random.Next(file.Length)] = (byte)random.Next(256);
            }

            string path = _files.Write("a", file);
            var faults = new List<string>();
            using var input = CaptureInput.Open([path], faults);
            Assert.Equal(input is null ? 1 : 0, faults.Count);
            if (input is not null)
            {
                _ = CaptureFiles.ReadAll(input);
                broken += input.Broken.Count;
            }
        }

        Assert.InRange(broken, 1, 500);
    }

    private static ZstdLibrary Library()
    {
        if (ZstdLibrary.Installed is null)
        {
            Assert.Skip($"needs libzstd ({RuntimeInformation.OSDescription})");
        }

        return ZstdLibrary.Installed;
    }

    private static byte[] Pcap(int frames = 5_000)
    {
        var random = new Random(3);
        var pcap = new PcapBuilder();
        for (int i = 0; i < frames; i++)
        {
            byte[] frame = new byte[random.Next(40, 200)];
            random.NextBytes(frame.AsSpan(0, 30));
            pcap.Packet((uint)i, 0, frame);
        }

        return pcap.ToBytes();
    }

    private static byte[] Content(int length) => [.. Enumerable.Range(0, length).Select(i => (byte)(i * i / 7))];

    private static (byte[] Bytes, Exception? Fault) ReadAll(Stream stream, int bufferLength)
    {
        using Stream reading = stream;
        var bytes = new List<byte>();
        byte[] buffer = new byte[bufferLength];
        try
        {
            for (int read = reading.Read(buffer, 0, bufferLength); read > 0; read = reading.Read(buffer, 0, bufferLength))
            {
                bytes.AddRange(buffer.AsSpan(0, read));
            }

            return ([.. bytes], null);
        }
        catch (Exception exception) when (exception is EndOfStreamException or InvalidDataException)
        {
            return ([.. bytes], exception);
        }
    }
}
