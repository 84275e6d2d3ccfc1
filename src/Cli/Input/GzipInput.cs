using System.IO.Compression;

namespace Trunkline.Cli.Input;

/// <summary>Decompresses gzip (RFC 1952), several members too, and tells a whole file from a cut one.</summary>
/// <remarks>
/// The library's own stream ends silently where its input is cut. So the input is continued with a small member of ours: only
/// behind a whole member it comes out as it went in, and behind anything else it does not.
/// </remarks>
internal sealed class GzipInput : ReadOnlyStream
{
    private static readonly byte[] Mark = "the member behind the last one"u8.ToArray();
    private static readonly byte[] MarkMember = Compress(Mark);

    private readonly MarkedStream _marked;
    private readonly GZipStream _gzip;
    private bool _isEnd;

    /// <summary>Decompresses a stream, which is disposed of with this.</summary>
    public GzipInput(Stream inner)
    {
        _marked = new MarkedStream(inner);
        _gzip = new GZipStream(_marked, CompressionMode.Decompress);
    }

    /// <inheritdoc/>
    /// <exception cref="EndOfStreamException">The compressed data is cut.</exception>
    /// <exception cref="InvalidDataException">The compressed data is damaged, or something else follows it.</exception>
    public override int Read(Span<byte> buffer)
    {
        if (_isEnd)
        {
            return 0;
        }

        int read = ReadMembers(buffer);
        if (!_marked.IsAtMark)
        {
            // Only what is no member can end the library's stream before its input has ended.
            return read > 0 ? read : throw new InvalidDataException("something else follows its gzip data");
        }

        CheckMark(buffer, read);
        _isEnd = true;
        return 0;
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _gzip.Dispose();
        }

        base.Dispose(disposing);
    }

    private int ReadMembers(Span<byte> buffer)
    {
        try
        {
            return _gzip.Read(buffer);
        }
        catch (InvalidDataException exception)
        {
            throw _marked.IsAtMark ? Cut() : new InvalidDataException("its gzip data is damaged", exception);
        }
    }

    /// <summary>What was read since the mark began, and all that follows, must be the mark.</summary>
    private void CheckMark(ReadOnlySpan<byte> first, int length)
    {
        ReadOnlySpan<byte> left = Mark;
        Span<byte> more = stackalloc byte[64];
        scoped ReadOnlySpan<byte> seen = first[..length];
        while (seen.Length > 0)
        {
            if (!left.StartsWith(seen))
            {
                throw Cut();
            }

            left = left[seen.Length..];
            seen = more[..ReadMembers(more)];
        }

        if (left.Length > 0)
        {
            throw Cut();
        }
    }

    private static EndOfStreamException Cut() => new("its gzip data is cut");

    private static byte[] Compress(byte[] bytes)
    {
        using var member = new MemoryStream();
        using (var gzip = new GZipStream(member, CompressionLevel.Fastest))
        {
            gzip.Write(bytes);
        }

        return member.ToArray();
    }

    /// <summary>The input, and behind it the member of ours.</summary>
    private sealed class MarkedStream(Stream inner) : ReadOnlyStream
    {
        private int _markTaken;

        /// <summary>Whether the input has ended, so that what is read is the mark.</summary>
        public bool IsAtMark { get; private set; }

        public override int Read(Span<byte> buffer)
        {
            int read = IsAtMark ? 0 : inner.Read(buffer);
            if (read > 0)
            {
                return read;
            }

            IsAtMark = true;
            int length = Math.Min(buffer.Length, MarkMember.Length - _markTaken);
            MarkMember.AsSpan(_markTaken, length).CopyTo(buffer);
            _markTaken += length;
            return length;
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                inner.Dispose();
            }

            base.Dispose(disposing);
        }
    }
}
