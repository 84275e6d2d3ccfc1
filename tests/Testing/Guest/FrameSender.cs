using System.Buffers.Binary;
using System.Text;

namespace Trunkline.Testing.Guest;

/// <summary>A program for the guest that sends frames, each as it is, and tells which interface each one left by.</summary>
/// <remarks>
/// It reads frames from its standard input (<see cref="Frames"/>) and writes one byte for each: the index of the interface
/// that was the last to see the frame pass (packet(7)). The guest must be silent otherwise, and must not queue frames:
/// dummies do not.
/// </remarks>
public static class FrameSender
{
    private const int FrameBytesMax = 2048;

    // System calls of x86-64.
    private const int Read = 0, Write = 1, Ioctl = 16, Socket = 41, ReceiveFrom = 45, Bind = 49, SetOption = 54, Exit = 60;

    private const int PacketFamily = 17, RawSocket = 3, GetInterfaceIndex = 0x8933, DoNotWait = 0x40;
    private const int SocketLevel = 1, ReceiveTimeout = 20;
    private const int AllProtocols = 0x0300; // ETH_P_ALL in network order

    /// <summary>The program that sends on one interface.</summary>
    /// <param name="device">The interface's name.</param>
    /// <param name="sightings">
    /// How many interfaces see each frame pass, this one included; it waits until they have, for a second at most. With 0 it
    /// does not look, and what it writes means nothing.
    /// </param>
    public static byte[] Program(string device, int sightings)
    {
        var program = new StaticProgram();
        int request = program.Reserve(40, Encoding.ASCII.GetBytes(device)); // struct ifreq: name 16, index 4
        int bound = program.Reserve(20, [PacketFamily]); // struct sockaddr_ll: family 2, protocol 2, index 4
        int seen = program.Reserve(20);
        int seenBytes = program.Reserve(4, [20]);
        int second = program.Reserve(16, [1]); // struct timeval
        int sender = program.Reserve(4);
        int tap = program.Reserve(4);
        int length = program.Reserve(4);
        int frame = program.Reserve(FrameBytesMax);

        int exit = program.Here;
        program.Call(Exit, 0);

        int start = program.Here;
        program.Call(Socket, PacketFamily, RawSocket, 0);
        program.Store(sender);
        program.Call(Socket, PacketFamily, RawSocket, AllProtocols);
        program.Store(tap);
        program.Call(Ioctl, StaticProgram.At(sender), GetInterfaceIndex, request);
        program.Copy(request + 16, bound + 4);
        program.Call(Bind, StaticProgram.At(sender), bound, 20);

        program.Call(SetOption, StaticProgram.At(tap), SocketLevel, ReceiveTimeout, second, 16);

        int next = program.Here;
        program.Call(ReceiveFrom, StaticProgram.At(tap), frame, FrameBytesMax, DoNotWait, seen, seenBytes);
        program.JumpIf(isPositive: true, next);
        program.Call(Read, 0, length, 2);
        program.JumpIf(isPositive: false, exit);
        program.Call(Read, 0, frame, StaticProgram.At(length));
        program.Call(Write, StaticProgram.At(sender), frame, StaticProgram.At(length));
        program.JumpIf(isPositive: false, exit);
        for (int i = 0; i < sightings; i++)
        {
            program.Call(ReceiveFrom, StaticProgram.At(tap), frame, FrameBytesMax, 0, seen, seenBytes);
        }

        program.Call(Write, 1, seen + 4, 1);
        program.Jump(next);
        return program.ToArray(start);
    }

    /// <summary>Frames as the program reads them: each behind its length.</summary>
    /// <param name="frames">Ethernet frames of 14 to 2048 bytes.</param>
    public static byte[] Frames(IEnumerable<byte[]> frames)
    {
        using var bytes = new MemoryStream();
        Span<byte> length = stackalloc byte[2];
        foreach (byte[] frame in frames)
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThan(frame.Length, FrameBytesMax);
            BinaryPrimitives.WriteUInt16LittleEndian(length, (ushort)frame.Length);
            bytes.Write(length);
            bytes.Write(frame);
        }

        return bytes.ToArray();
    }
}
