using Trunkline.Core.Wire;

namespace Trunkline.Cli.Input;

/// <summary>The frames of one or several capture files, merged in time order.</summary>
/// <remarks>
/// A file keeps its own order, even where its times go back. What a file is, is told by its content: pcap of any variant,
/// pcapng, and either compressed with gzip or zstd. One thread; allocates nothing per frame.
/// </remarks>
internal sealed class CaptureInput : IDisposable
{
    /// <summary>The most files at once.</summary>
    public const int FilesMax = 1024;

    // 64 KiB to 512 KiB read equally fast; smaller and larger ones, and a mapped file, take more time of the processor.
    private const int BufferBytes = 256 << 10;
    private const int ManyFiles = 64;
    private const int ManyFilesBufferBytes = 64 << 10;

    private readonly List<CaptureInterface> _interfaces = [];
    private readonly List<CaptureSource> _sources = [];
    private readonly PriorityQueue<CaptureSource, (long Time, int File)> _queue = new();
    private CaptureSource? _only;
    private CaptureSource? _present;

    private CaptureInput()
    {
    }

    /// <summary>Where frames come from, by the index that <see cref="TryRead"/> gives; grows as files describe interfaces.</summary>
    public IReadOnlyList<CaptureInterface> Interfaces => _interfaces;

    /// <summary>For each file that is cut or broken so far, a sentence that says where; what came before was read, and the others go on.</summary>
    public IReadOnlyList<string> Broken => [.. _sources.Select(s => s.Broken).OfType<string>()];

    /// <summary>Bytes of the files read so far, compressed where they are.</summary>
    public long BytesRead => _sources.Sum(s => s.BytesRead);

    /// <summary>Bytes of all files as they were when opened; null where one is a pipe.</summary>
    public long? BytesTotal => _sources.All(s => s.BytesTotal is not null) ? _sources.Sum(s => s.BytesTotal) : null;

    /// <summary>Frames without a time of their own (pcapng's simple packet blocks): each has the time of the frame before it.</summary>
    public long UntimedFrames => _sources.Sum(s => s.UntimedFrames);

    /// <summary>Opens files.</summary>
    /// <param name="paths">Paths, or - for standard input, at most <see cref="FilesMax"/>.</param>
    /// <param name="faults">What is wrong with each and what to give instead.</param>
    /// <returns>Null with a fault.</returns>
    public static CaptureInput? Open(IReadOnlyList<string> paths, ICollection<string> faults) =>
        Open(paths, faults, () => ZstdLibrary.Installed);

    /// <summary>Opens files; the library for zstd is asked for when one needs it.</summary>
    public static CaptureInput? Open(IReadOnlyList<string> paths, ICollection<string> faults, Func<ZstdLibrary?> zstd)
    {
        int faultsBefore = faults.Count;
        if (paths.Count is 0 or > FilesMax)
        {
            faults.Add(paths.Count == 0
                ? "no capture; give a file, or - for standard input"
                : $"{paths.Count} captures; give at most {FilesMax}, after merging some: mergecap -w OUT IN…");
            return null;
        }

        if (paths.Count(p => p == InputFile.StandardInput) > 1)
        {
            faults.Add("- stands twice; standard input can be read once");
            return null;
        }

        var input = new CaptureInput();
        foreach (string path in paths)
        {
            input.Add(path, paths.Count, zstd, faults);
        }

        if (faults.Count == faultsBefore)
        {
            return input;
        }

        input.Dispose();
        return null;
    }

    /// <summary>Reads the next frame of all files.</summary>
    /// <param name="record">The frame, valid until the next call.</param>
    /// <param name="interfaceIndex">Its place in <see cref="Interfaces"/>.</param>
    /// <returns>False at the end of all files.</returns>
    public bool TryRead(out CaptureRecord record, out int interfaceIndex) =>
        _only is not null ? _only.TryRead(out record, out interfaceIndex) : TryReadMerged(out record, out interfaceIndex);

    /// <summary>What is at hand behind the last frame: records of its interface, the next of all files.</summary>
    /// <param name="reader">Reads records from it.</param>
    /// <returns>From a record's start on, valid until the next call; empty where <see cref="TryRead"/> alone knows what comes next.</returns>
    public ReadOnlySpan<byte> AtHand(out PcapReader reader)
    {
        reader = default;
        return _only is null ? [] : _only.AtHand(out reader);
    }

    /// <summary>Passes over records that <see cref="AtHand"/> gave.</summary>
    public void Skip(int bytes) => _only!.Skip(bytes);

    /// <inheritdoc/>
    public void Dispose() => _sources.ForEach(s => s.Dispose());

    private void Add(string path, int paths, Func<ZstdLibrary?> zstd, ICollection<string> faults)
    {
        int bufferBytes = paths > ManyFiles ? ManyFilesBufferBytes : BufferBytes;
        if (CaptureSource.Open(path, _sources.Count, bufferBytes, zstd, _interfaces, out string? fault) is not { } source)
        {
            faults.Add(fault!);
            return;
        }

        _sources.Add(source);
        if (paths == 1)
        {
            _only = source;
        }
        else if (source.Advance())
        {
            _queue.Enqueue(source, source.Key);
            source.Park();
        }
    }

    private bool TryReadMerged(out CaptureRecord record, out int interfaceIndex)
    {
        if (_present is not null)
        {
            _present = _present.Advance() ? _queue.EnqueueDequeue(_present, _present.Key) : null;
        }

        while (_present is null || (_present.IsParked && !_present.Resume()))
        {
            if (!_queue.TryDequeue(out _present, out _))
            {
                record = default;
                interfaceIndex = -1;
                return false;
            }
        }

        _present.Present(out record, out interfaceIndex);
        return true;
    }
}
