using System.Buffers;
using Trunkline.Core.Units;
using Trunkline.Core.Wire;

namespace Trunkline.Cli.Input;

/// <summary>The frames of one capture file in its own order, and its present frame when several files are merged.</summary>
internal sealed class CaptureSource : IDisposable
{
    private readonly string _path;
    private readonly int _number;
    private readonly Func<ZstdLibrary?> _zstd;
    private readonly int _bufferBytes;
    private readonly List<CaptureInterface> _allInterfaces;
    private readonly List<int> _interfaces = [];

    private InputFile? _file;
    private long? _length;
    private PcapReader _pcap;
    private PcapngReader? _pcapng;
    private byte[] _buffer = [];
    private int _start;
    private int _end;
    private long _bufferOffset;
    private Head _head;

    private CaptureSource(string path, int number, int bufferBytes, Func<ZstdLibrary?> zstd, List<CaptureInterface> interfaces)
    {
        _path = path;
        _number = number;
        _zstd = zstd;
        _bufferBytes = bufferBytes;
        _allInterfaces = interfaces;
    }

    /// <summary>Where the file broke, in one sentence; null while it is whole.</summary>
    public string? Broken { get; private set; }

    /// <summary>Bytes read so far, compressed where the file is.</summary>
    public long BytesRead { get; private set; }

    /// <summary>Length of the file; null of pipes.</summary>
    public long? BytesTotal => _length;

    /// <summary>Frames without a time of their own: each has the time of the frame before it.</summary>
    public long UntimedFrames => _pcapng?.UntimedFrames ?? 0;

    /// <summary>Where the present frame stands among those of other files: by its time, then by file.</summary>
    public (long TimeNs, int File) Key => (_head.Time.Nanoseconds, _number);

    /// <summary>Whether the file is closed for a while.</summary>
    public bool IsParked { get; private set; }

    /// <summary>Opens a file and reads its header.</summary>
    /// <param name="path">A path, or - for standard input.</param>
    /// <param name="number">Its place among the files.</param>
    /// <param name="bufferBytes">Bytes read at a time; more only for a frame that does not fit.</param>
    /// <param name="zstd">Gives the library for zstd, or null where there is none.</param>
    /// <param name="interfaces">Its interfaces are added as they come.</param>
    /// <param name="fault">What is wrong and what to give instead; null when nothing is.</param>
    /// <returns>Null with a fault.</returns>
    public static CaptureSource? Open(
        string path,
        int number,
        int bufferBytes,
        Func<ZstdLibrary?> zstd,
        List<CaptureInterface> interfaces,
        out string? fault)
    {
        var source = new CaptureSource(path, number, bufferBytes, zstd, interfaces);
        fault = source.TryOpen();
        if (fault is null)
        {
            return source;
        }

        source.Dispose();
        return null;
    }

    /// <summary>Reads the next frame.</summary>
    /// <param name="record">Valid until the next call.</param>
    /// <param name="interfaceIndex">Its interface among those of all files.</param>
    /// <returns>False at the end of the file or of what is whole of it.</returns>
    public bool TryRead(out CaptureRecord record, out int interfaceIndex)
    {
        while (true)
        {
            ReadOnlySpan<byte> bytes = _buffer.AsSpan(_start, _end - _start);
            CaptureStatus status;
            int consumed;
            int number = 0;
            if (_pcapng is null)
            {
                status = _pcap.TryRead(bytes, out record, out consumed);
            }
            else
            {
                status = _pcapng.TryRead(bytes, out record, out number, out consumed);
                if (_interfaces.Count < _pcapng.InterfaceCount)
                {
                    AddInterfaces(_pcapng);
                }
            }

            _start += consumed;
            if (status == CaptureStatus.Ok)
            {
                interfaceIndex = _interfaces[number];
                return true;
            }

            if (!TryFill(status))
            {
                record = default;
                interfaceIndex = -1;
                return false;
            }
        }
    }

    /// <summary>The bytes at hand behind the last frame, from a record's start on; none of pcapng.</summary>
    /// <param name="reader">Reads records from them.</param>
    /// <returns>Valid until the next call; they may end within a record.</returns>
    public ReadOnlySpan<byte> AtHand(out PcapReader reader)
    {
        reader = _pcap;
        return _pcapng is null ? _buffer.AsSpan(_start, _end - _start) : [];
    }

    /// <summary>Passes over records at hand.</summary>
    public void Skip(int bytes) => _start += bytes;

    /// <summary>Reads the next frame and keeps it as the present one.</summary>
    public bool Advance()
    {
        if (!TryRead(out CaptureRecord record, out int interfaceIndex))
        {
            return false;
        }

        // An empty frame is nowhere.
        _ = _buffer.AsSpan().Overlaps(record.Frame, out int start);
        _head = new Head(record.LinkType, record.Time, record.WireLength, start, record.Frame.Length, interfaceIndex);
        return true;
    }

    /// <summary>The present frame; valid until <see cref="Advance"/>.</summary>
    public void Present(out CaptureRecord record, out int interfaceIndex)
    {
        record = new CaptureRecord(_head.LinkType, _head.Time, _head.WireLength, _buffer.AsSpan(_head.Start, _head.Length));
        interfaceIndex = _head.Interface;
    }

    /// <summary>Closes a file whose first frame is the present one until its time comes, so that a thousand files need the memory of one.</summary>
    public void Park()
    {
        if (_file?.CanOpenAgain == true)
        {
            Close();
            BytesRead = 0;
            IsParked = true;
        }
    }

    /// <summary>Opens a parked file again; its first frame is the present one once more.</summary>
    /// <returns>False when there is none any more.</returns>
    public bool Resume()
    {
        IsParked = false;
        if (TryOpen() is string fault)
        {
            Close();
            Broken = $"{fault}; it could be read before, and nothing of it was used";
            return false;
        }

        return Advance();
    }

    /// <inheritdoc/>
    public void Dispose() => Close();

    private string? TryOpen()
    {
        _file = InputFile.Open(_path, _zstd, out string? fault);
        if (_file is null)
        {
            return fault;
        }

        _length = _file.Length;
        _buffer = ArrayPool<byte>.Shared.Rent(_bufferBytes);
        (_start, _end, _bufferOffset) = (0, 0, 0);
        _pcapng = null;
        if (_file.Format == CaptureFormat.Pcapng)
        {
            _pcapng = new PcapngReader();
            return null;
        }

        CaptureStatus status;
        while ((status = PcapReader.TryOpen(_buffer.AsSpan(0, _end), out _pcap, out _start)) == CaptureStatus.NeedMoreBytes)
        {
            if (!TryFill(status))
            {
                return $"{InputFile.NameOf(_path)} ends within its header; give a capture with traffic (tcpdump -w FILE)";
            }
        }

        if (status != CaptureStatus.Ok)
        {
            return $"{InputFile.NameOf(_path)} is pcap of an unknown version; write it anew: editcap -F pcap IN OUT";
        }

        var resolution = new Interval(_pcap.IsNanosecond ? 1 : 1_000);
        AddInterface(0, new CaptureInterface(InputFile.NameOf(_path), null, _pcap.LinkType, null, _pcap.SnapLength, resolution));
        return null;
    }

    private void AddInterfaces(PcapngReader reader)
    {
        while (_interfaces.Count < reader.InterfaceCount)
        {
            PcapngInterface added = reader.Interfaces[_interfaces.Count];
            AddInterface(
                _interfaces.Count,
                new CaptureInterface(InputFile.NameOf(_path), added.Name, added.LinkType, added.Speed, added.SnapLength, added.Clock.Resolution));
        }
    }

    /// <summary>Adds an interface, unless it was seen before the file was parked.</summary>
    private void AddInterface(int number, CaptureInterface added)
    {
        if (number == _interfaces.Count)
        {
            _interfaces.Add(_allInterfaces.Count);
            _allInterfaces.Add(added);
        }
    }

    /// <summary>Reads more bytes behind those that are left.</summary>
    /// <param name="status">Why the bytes at hand are not enough.</param>
    /// <returns>False at the end; then the file is closed, and <see cref="Broken"/> says when it ended too soon.</returns>
    private bool TryFill(CaptureStatus status)
    {
        if (_file is null)
        {
            return false;
        }

        if (status != CaptureStatus.NeedMoreBytes)
        {
            return End($"broken at {Place}: {Reason(status)}");
        }

        _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
        _bufferOffset += _start;
        (_start, _end) = (0, _end - _start);
        if (_end == _buffer.Length)
        {
            Grow();
        }

        try
        {
            int read = _file.Read(_buffer.AsSpan(_end));
            BytesRead = _file.BytesRead;
            _end += read;
            bool isInside = _end > 0 || _pcapng?.IsInsideBlock == true;
            return read > 0 || End(isInside ? $"cut at {Place}, in the middle of a record" : null);
        }
        catch (EndOfStreamException exception)
        {
            return End($"cut at {Place}: {exception.Message}");
        }
        catch (InvalidDataException exception)
        {
            return End($"broken at {Place}: {exception.Message}");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return End($"broken at {Place}: it cannot be read further ({exception.Message})");
        }
    }

    private string Place => $"byte {_bufferOffset + _start}{(_file!.IsCompressed ? " of the uncompressed data" : "")}";

    private static string Reason(CaptureStatus status) => status switch
    {
        CaptureStatus.BadInterface => "a frame names an interface that the file does not describe, or there are too many",
        CaptureStatus.UnknownFormat => "a section of an unknown version or byte order",
        _ => "a record claims an impossible length",
    };

    private bool End(string? broken)
    {
        Broken = broken is null ? null : $"{InputFile.NameOf(_path)}: {broken}; what came before it was used";
        Close();
        return false;
    }

    /// <summary>Doubles the buffer for a record that does not fit; the readers believe none that is longer than 2 MiB.</summary>
    private void Grow()
    {
        byte[] larger = ArrayPool<byte>.Shared.Rent(2 * _buffer.Length);
        _buffer.CopyTo(larger, 0);
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = larger;
    }

    private void Close()
    {
        _file?.Dispose();
        _file = null;
        if (_buffer.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_buffer);
        }

        _buffer = [];
        (_start, _end) = (0, 0);
    }

    private readonly record struct Head(LinkType LinkType, Timestamp Time, long WireLength, int Start, int Length, int Interface);
}
