using System.Runtime.InteropServices;

namespace Trunkline.Cli.Input;

/// <summary>The system's libzstd, as far as decompressing needs it (zstd.h, the stable streaming API).</summary>
internal sealed unsafe class ZstdLibrary
{
    private static readonly Lazy<ZstdLibrary?> OfThisMachine = new(() => Load(Names));

    private readonly delegate* unmanaged[Cdecl]<nint> _createStream;
    private readonly delegate* unmanaged[Cdecl]<nint, nuint> _freeStream;
    private readonly delegate* unmanaged[Cdecl]<nint, Buffer*, Buffer*, nuint> _decompressStream;
    private readonly delegate* unmanaged[Cdecl]<nuint, uint> _isError;
    private readonly delegate* unmanaged[Cdecl]<nuint, byte*> _getErrorName;

    private ZstdLibrary(nint library)
    {
        _createStream = (delegate* unmanaged[Cdecl]<nint>)NativeLibrary.GetExport(library, "ZSTD_createDStream");
        _freeStream = (delegate* unmanaged[Cdecl]<nint, nuint>)NativeLibrary.GetExport(library, "ZSTD_freeDStream");
        _decompressStream = (delegate* unmanaged[Cdecl]<nint, Buffer*, Buffer*, nuint>)NativeLibrary.GetExport(library, "ZSTD_decompressStream");
        _isError = (delegate* unmanaged[Cdecl]<nuint, uint>)NativeLibrary.GetExport(library, "ZSTD_isError");
        _getErrorName = (delegate* unmanaged[Cdecl]<nuint, byte*>)NativeLibrary.GetExport(library, "ZSTD_getErrorName");
    }

    /// <summary>The library of this machine; null when it is not installed.</summary>
    public static ZstdLibrary? Installed => OfThisMachine.Value;

    private static string[] Names =>
        OperatingSystem.IsWindows() ? ["libzstd.dll", "zstd.dll"]
        : OperatingSystem.IsMacOS() ? ["libzstd.1.dylib", "/opt/homebrew/lib/libzstd.1.dylib", "/usr/local/lib/libzstd.1.dylib"]
        : ["libzstd.so.1"];

    /// <summary>Loads the first of some libraries that is there.</summary>
    /// <returns>Null when none is, or when it is no libzstd.</returns>
    public static ZstdLibrary? Load(IEnumerable<string> names)
    {
        foreach (string name in names)
        {
            if (!NativeLibrary.TryLoad(name, out nint library))
            {
                continue;
            }

            try
            {
                return new ZstdLibrary(library);
            }
            catch (EntryPointNotFoundException)
            {
                NativeLibrary.Free(library);
            }
        }

        return null;
    }

    /// <summary>Makes a decompressor, to be given back to <see cref="Free"/>.</summary>
    /// <exception cref="InsufficientMemoryException">There is no memory for it.</exception>
    public nint Create()
    {
        nint stream = _createStream();
        return stream != 0 ? stream : throw new InsufficientMemoryException("libzstd cannot make a decompressor");
    }

    /// <summary>Frees a decompressor.</summary>
    public void Free(nint stream) => _freeStream(stream);

    /// <summary>Decompresses some input into some output.</summary>
    /// <returns>0 when a frame ended and all of it was written; else not.</returns>
    /// <exception cref="InvalidDataException">The compressed data is damaged, or needs a window of more than 128 MiB.</exception>
    public nuint Decompress(nint stream, ReadOnlySpan<byte> input, out int taken, Span<byte> output, out int written)
    {
        fixed (byte* source = input, destination = output)
        {
            var from = new Buffer { Address = source, Length = (nuint)input.Length };
            var to = new Buffer { Address = destination, Length = (nuint)output.Length };
            nuint result = _decompressStream(stream, &to, &from);
            taken = (int)from.Position;
            written = (int)to.Position;
            return _isError(result) == 0
                ? result
                : throw new InvalidDataException($"its zstd data cannot be decompressed ({Marshal.PtrToStringUTF8((nint)_getErrorName(result))})");
        }
    }

    /// <summary>ZSTD_inBuffer and ZSTD_outBuffer, which are alike.</summary>
    private struct Buffer
    {
        public byte* Address;
        public nuint Length;
        public nuint Position;
    }
}
