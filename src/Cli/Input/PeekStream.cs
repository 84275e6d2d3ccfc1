namespace Trunkline.Cli.Input;

/// <summary>A stream whose first bytes can be seen before they are read, and that counts.</summary>
/// <param name="inner">Read from, and disposed of with this.</param>
internal sealed class PeekStream(Stream inner) : ReadOnlyStream
{
    private readonly byte[] _head = new byte[8];
    private int _headStart;
    private int _headEnd;

    /// <summary>Bytes taken from the stream within.</summary>
    public long BytesRead { get; private set; }

    /// <summary>The first bytes, up to 8; fewer only where there are no more. To be called before the first read.</summary>
    public ReadOnlySpan<byte> Peek()
    {
        if (_headEnd == 0)
        {
            _headEnd = inner.ReadAtLeast(_head, _head.Length, throwOnEndOfStream: false);
            BytesRead = _headEnd;
        }

        return _head.AsSpan(0, _headEnd);
    }

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer)
    {
        if (_headStart < _headEnd)
        {
            int length = Math.Min(buffer.Length, _headEnd - _headStart);
            _head.AsSpan(_headStart, length).CopyTo(buffer);
            _headStart += length;
            return length;
        }

        int read = inner.Read(buffer);
        BytesRead += read;
        return read;
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            inner.Dispose();
        }

        base.Dispose(disposing);
    }
}
