using System.Buffers;

namespace Trunkline.Cli.Input;

/// <summary>Decompresses zstd (RFC 8878), several frames too, through the system's library.</summary>
internal sealed class ZstdInput : ReadOnlyStream
{
    // ZSTD_DStreamInSize: a block of the largest size and its header.
    private const int InputBytes = (128 << 10) + 3;

    private readonly ZstdLibrary _library;
    private readonly Stream _inner;
    private readonly byte[] _input = ArrayPool<byte>.Shared.Rent(InputBytes);
    private nint _stream;
    private int _start;
    private int _end;
    private bool _isInputEnd;
    private bool _isInsideFrame;

    /// <summary>Decompresses a stream, which is disposed of with this.</summary>
    public ZstdInput(ZstdLibrary library, Stream inner)
    {
        _library = library;
        _inner = inner;
        _stream = library.Create();
    }

    /// <inheritdoc/>
    /// <exception cref="EndOfStreamException">The compressed data is cut.</exception>
    /// <exception cref="InvalidDataException">The compressed data is damaged, or something else follows it.</exception>
    public override int Read(Span<byte> buffer)
    {
        while (true)
        {
            if (_start == _end && !_isInputEnd)
            {
                _start = 0;
                _end = _inner.Read(_input);
                _isInputEnd = _end == 0;
            }

            bool isLast = _isInputEnd && _start == _end;
            if (isLast && !_isInsideFrame)
            {
                return 0;
            }

            nuint left = _library.Decompress(_stream, _input.AsSpan(_start, _end - _start), out int taken, buffer, out int written);
            _start += taken;
            _isInsideFrame = left != 0;
            if (written > 0)
            {
                return written;
            }

            if (isLast && _isInsideFrame)
            {
                throw new EndOfStreamException("its zstd data is cut");
            }
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing && _stream != 0)
        {
            _library.Free(_stream);
            _stream = 0;
            ArrayPool<byte>.Shared.Return(_input);
            _inner.Dispose();
        }

        base.Dispose(disposing);
    }
}
