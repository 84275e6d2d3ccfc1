using System.Globalization;
using System.Text;

namespace Trunkline.Testing.Guest;

/// <summary>Writes the archive from which Linux fills its first file system: cpio, "newc" format.</summary>
/// <remarks>
/// Source: Linux Documentation/driver-api/early-userspace/buffer-format.rst. A header is the magic and thirteen numbers of
/// eight hex digits; name and content each end on a multiple of four bytes. Everything belongs to root, and links are not known.
/// </remarks>
public sealed class CpioArchive : IDisposable
{
    private const int FolderMode = 0x41ed; // 040755
    private const int FileMode = 0x81a4; // 0100644
    private const int ProgramMode = 0x81ed; // 0100755

    private static readonly byte[] Padding = new byte[3];

    private readonly Stream _stream;
    private readonly HashSet<string> _folders = [""];
    private int _inode;

    /// <summary>Begins an archive.</summary>
    /// <param name="stream">Closed together with the archive.</param>
    public CpioArchive(Stream stream) => _stream = stream;

    /// <summary>Adds a file, and the folders that lead to it.</summary>
    /// <param name="path">Where it will be, as in <c>bin/busybox</c>; a slash in front does not matter.</param>
    /// <param name="content">What it holds.</param>
    /// <param name="isProgram">Whether it can be run.</param>
    public void Add(string path, ReadOnlySpan<byte> content, bool isProgram = false)
    {
        path = path.TrimStart('/');
        AddFolder(Path.GetDirectoryName(path) ?? "");
        Write(path, isProgram ? ProgramMode : FileMode, content);
    }

    /// <inheritdoc />
    public void Dispose()
    {
        Write("TRAILER!!!", 0, []);
        _stream.Dispose();
    }

    private void AddFolder(string path)
    {
        if (_folders.Add(path))
        {
            AddFolder(Path.GetDirectoryName(path) ?? "");
            Write(path, FolderMode, []);
        }
    }

    private void Write(string name, int mode, ReadOnlySpan<byte> content)
    {
        // Inode, mode, owner, group, links, time, size, device (2), device that it is (2), length of the name, checksum.
        int[] numbers = [++_inode, mode, 0, 0, 1, 0, content.Length, 0, 0, 0, 0, Encoding.UTF8.GetByteCount(name) + 1, 0];
        string header = "070701" + string.Concat(numbers.Select(n => n.ToString("x8", CultureInfo.InvariantCulture)));
        WritePadded(Encoding.UTF8.GetBytes($"{header}{name}\0"));
        WritePadded(content);
    }

    private void WritePadded(ReadOnlySpan<byte> bytes)
    {
        _stream.Write(bytes);
        _stream.Write(Padding.AsSpan(0, -bytes.Length & 3));
    }
}
