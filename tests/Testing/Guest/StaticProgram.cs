using System.Buffers.Binary;

namespace Trunkline.Testing.Guest;

/// <summary>Writes a small Linux program for x86-64 that needs no library: system calls, their results, and jumps back.</summary>
/// <remarks>
/// One segment holds code and data, so every address is known when it is written (ELF-64 Object File Format; Linux
/// Documentation/ABI and the System V ABI for AMD64, appendix A.2: number in rax, arguments in rdi, rsi, rdx, r10, r8, r9).
/// </remarks>
internal sealed class StaticProgram
{
    private const int Base = 0x400000;
    private const int HeaderBytes = 64 + 56;
    private const int CodeBytesMax = 4096 - HeaderBytes;

    private readonly List<byte> _code = [];
    private readonly List<(int Address, byte[] Content)> _data = [];
    private int _end = Base + HeaderBytes + CodeBytesMax;

    /// <summary>An argument of a system call: a number, or what a place in memory holds when the call is made.</summary>
    /// <param name="Value">The number, or the address of 32 bits.</param>
    /// <param name="IsPlace">Which of the two.</param>
    public readonly record struct Operand(int Value, bool IsPlace)
    {
        public static implicit operator Operand(int number) => new(number, IsPlace: false);
    }

    /// <summary>The address of the next instruction: where a jump may lead.</summary>
    public int Here => Base + HeaderBytes + _code.Count;

    /// <summary>The 32 bits at an address, as an argument.</summary>
    public static Operand At(int address) => new(address, IsPlace: true);

    /// <summary>Sets memory apart.</summary>
    /// <param name="bytes">How much.</param>
    /// <param name="content">What it holds at the beginning; the rest is zero.</param>
    /// <returns>Its address.</returns>
    public int Reserve(int bytes, ReadOnlySpan<byte> content = default)
    {
        int address = _end;
        _data.Add((address, content.ToArray()));
        _end += (bytes + 7) & ~7;
        return address;
    }

    /// <summary>Calls the kernel; the result is what <see cref="Store"/> and <see cref="JumpIf"/> mean.</summary>
    public void Call(int number, params ReadOnlySpan<Operand> arguments)
    {
        // Each as "mov r32, imm32" and as "mov r32, [disp32]": rdi, rsi, rdx, r10, r8, r9.
        ReadOnlySpan<byte> registers = [7, 6, 2, 10, 8, 9];
        for (int i = 0; i < arguments.Length; i++)
        {
            byte high = (byte)(registers[i] >> 3), low = (byte)(registers[i] & 7);
            byte[] move = arguments[i].IsPlace
                ? [(byte)(0x40 | (high << 2)), 0x8b, (byte)((low << 3) | 4), 0x25]
                : [(byte)(0x40 | high), (byte)(0xb8 | low)];
            Emit(move, arguments[i].Value);
        }

        Emit([0xb8], number); // mov eax, number
        _code.AddRange([0x0f, 0x05]); // syscall
    }

    /// <summary>Keeps the low 32 bits of the last call's result.</summary>
    public void Store(int address) => Emit([0x89, 0x04, 0x25], address); // mov [address], eax

    /// <summary>Copies 32 bits.</summary>
    public void Copy(int from, int to)
    {
        Emit([0x8b, 0x04, 0x25], from); // mov eax, [from]
        Store(to);
    }

    /// <summary>Goes on elsewhere if the last call succeeded with more than nothing, or if it did not.</summary>
    public void JumpIf(bool isPositive, int address)
    {
        _code.AddRange([0x48, 0x85, 0xc0]); // test rax, rax
        Emit([0x0f, (byte)(isPositive ? 0x8f : 0x8e)], address - (Here + 6)); // jg or jle
    }

    /// <summary>Goes on elsewhere.</summary>
    public void Jump(int address) => Emit([0xe9], address - (Here + 5)); // jmp

    /// <summary>The program's file.</summary>
    /// <param name="entry">Where it begins.</param>
    public byte[] ToArray(int entry)
    {
        if (_code.Count > CodeBytesMax)
        {
            throw new InvalidOperationException($"{_code.Count} bytes of code, and there is room for {CodeBytesMax}");
        }

        byte[] file = new byte[_end - Base];
        WriteHeaders(file, entry);
        _code.CopyTo(file, HeaderBytes);
        foreach ((int address, byte[] content) in _data)
        {
            content.CopyTo(file, address - Base);
        }

        return file;
    }

    private static void WriteHeaders(Span<byte> file, int entry)
    {
        "\u007fELF\u0002\u0001\u0001"u8.CopyTo(file); // 64 bits, little-endian, version 1
        BinaryPrimitives.WriteUInt16LittleEndian(file[16..], 2); // e_type: an executable
        BinaryPrimitives.WriteUInt16LittleEndian(file[18..], 62); // e_machine: x86-64
        BinaryPrimitives.WriteUInt32LittleEndian(file[20..], 1); // e_version
        BinaryPrimitives.WriteUInt64LittleEndian(file[24..], (ulong)entry); // e_entry
        BinaryPrimitives.WriteUInt64LittleEndian(file[32..], 64); // e_phoff
        BinaryPrimitives.WriteUInt16LittleEndian(file[52..], 64); // e_ehsize
        BinaryPrimitives.WriteUInt16LittleEndian(file[54..], 56); // e_phentsize
        BinaryPrimitives.WriteUInt16LittleEndian(file[56..], 1); // e_phnum

        Span<byte> segment = file[64..];
        BinaryPrimitives.WriteUInt32LittleEndian(segment, 1); // p_type: to load
        BinaryPrimitives.WriteUInt32LittleEndian(segment[4..], 7); // p_flags: read, write, execute
        BinaryPrimitives.WriteUInt64LittleEndian(segment[16..], Base); // p_vaddr
        BinaryPrimitives.WriteUInt64LittleEndian(segment[24..], Base); // p_paddr
        BinaryPrimitives.WriteUInt64LittleEndian(segment[32..], (ulong)file.Length); // p_filesz
        BinaryPrimitives.WriteUInt64LittleEndian(segment[40..], (ulong)file.Length); // p_memsz
        BinaryPrimitives.WriteUInt64LittleEndian(segment[48..], 4096); // p_align
    }

    private void Emit(ReadOnlySpan<byte> operation, int value)
    {
        _code.AddRange(operation);
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, value);
        _code.AddRange(bytes);
    }
}
