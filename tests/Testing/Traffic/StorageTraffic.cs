using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Trunkline.Core.Units;
using Trunkline.Testing.Network;

namespace Trunkline.Testing.Traffic;

/// <summary>Runs <see cref="StorageTrafficOptions"/> over the kernel's TCP.</summary>
/// <remarks>
/// A request says in its first eight bytes how long it is and how long its answer shall be; the server needs to know no more.
/// Congestion control is cubic: the kernel's default may be one that hides what shapers and queues do.
/// </remarks>
public sealed class StorageTraffic : IDisposable
{
    private const int PrefixBytes = 8;
    private const int AnswerToWriteBytes = 48;
    private const int RequestBytesMin = 100, RequestBytesMax = 1000;

    // Answers of 200 bytes to 25.6 kB, each doubling as frequent as the one before.
    private const int AnswerBytesMin = 200, AnswerDoublings = 8;
    private const int FirstMousePort = 40_000;
    private const int TcpCongestion = 13;

    private readonly StorageTrafficOptions _options;
    private readonly List<Socket> _listeners = [];
    private readonly Socket[] _elephants;
    private readonly Mouse[] _mice;

    /// <summary>Opens all sockets, each in the namespace of its host; nothing is sent yet.</summary>
    /// <param name="hypervisor">Has the addresses of the virtual machines.</param>
    /// <param name="storage">Has the addresses of the storage.</param>
    /// <param name="options">What to run.</param>
    public StorageTraffic(NetworkNamespace hypervisor, NetworkNamespace storage, StorageTrafficOptions options)
    {
        _options = options;
        storage.Within(() =>
        {
            foreach (IPAddress address in StorageTrafficOptions.StorageAddresses)
            {
                foreach (int port in StorageTrafficOptions.ServicePorts)
                {
                    Socket listener = Open(address, port);
                    listener.Listen(options.Mice + 2);
                    _listeners.Add(listener);
                }
            }

            return true;
        });
        ElephantOptions[] elephants = [options.Block, options.File];
        (_elephants, _mice) = hypervisor.Within<(Socket[], Mouse[])>(() =>
        (
            [.. elephants.Select(e => Open(StorageTrafficOptions.MachineAddress(e.Machine), e.Port))],
            MakeMice(options)
        ));
    }

    /// <summary>Runs the traffic to its end: every byte sent, answered, and every connection closed.</summary>
    /// <exception cref="OperationCanceledException">It took longer than it may.</exception>
    public async Task RunAsync()
    {
        using var limit = new CancellationTokenSource(_options.TimeLimit);
        using var serving = CancellationTokenSource.CreateLinkedTokenSource(limit.Token);
        Task servers = Task.WhenAll(_listeners.Select(listener => AcceptAsync(listener, serving.Token)));
        await Task.WhenAll(
            _mice.Select(mouse => RunMouseAsync(mouse, limit.Token))
                .Append(RunElephantAsync(_elephants[0], _options.Block, limit.Token))
                .Append(RunElephantAsync(_elephants[1], _options.File, limit.Token)));
        await serving.CancelAsync();
        await servers;
    }

    /// <inheritdoc />
    public void Dispose()
    {
        foreach (Socket socket in _listeners.Concat(_elephants).Concat(_mice.Select(mouse => mouse.Socket)))
        {
            socket.Dispose();
        }
    }

    private static Socket Open(IPAddress address, int port)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        socket.SetRawSocketOption((int)SocketOptionLevel.Tcp, TcpCongestion, "cubic"u8);
        socket.Bind(new IPEndPoint(address, port));
        return socket;
    }

    private static Mouse[] MakeMice(StorageTrafficOptions options)
    {
        var random = new RandomSource(options.Seed);
        var mice = new Mouse[options.Mice];
        for (int i = 0; i < mice.Length; i++)
        {
            IPAddress machine = StorageTrafficOptions.MachineAddress((int)random.Below(StorageTrafficOptions.Machines));
            var server = new IPEndPoint(
                StorageTrafficOptions.StorageAddresses[(int)random.Below(2)],
                StorageTrafficOptions.ServicePorts[2 + (int)random.Below(2)]);
            mice[i] = new Mouse(
                Open(machine, FirstMousePort + i),
                server,
                TimeSpan.FromMilliseconds(random.Below((uint)options.MiceTime.TotalMilliseconds)),
                RequestBytesMin + (int)random.Below(RequestBytesMax - RequestBytesMin),
                AnswerBytesMin << (int)random.Below(AnswerDoublings));
        }

        return mice;
    }

    private static async Task RunMouseAsync(Mouse mouse, CancellationToken ending)
    {
        await Task.Delay(mouse.Start, ending);
        await mouse.Socket.ConnectAsync(mouse.Server, ending);
        await mouse.Socket.SendAsync(Request(mouse.RequestBytes, mouse.AnswerBytes), ending);
        await ReadAsync(mouse.Socket, new byte[mouse.AnswerBytes], ending);
        await CloseAsync(mouse.Socket, ending);
    }

    private static async Task RunElephantAsync(Socket socket, ElephantOptions options, CancellationToken ending)
    {
        IPAddress storage = StorageTrafficOptions.StorageAddresses[0];
        await socket.ConnectAsync(new IPEndPoint(storage, StorageTrafficOptions.ServicePorts[options.Service]), ending);
        using var room = new SemaphoreSlim(options.Outstanding);
        Task answers = ReadAnswersAsync();
        byte[] request = Request(options.WriteBytes, AnswerToWriteBytes);
        for (int i = 0; i < options.Writes; i++)
        {
            await room.WaitAsync(ending);
            if (i > 0)
            {
                await Task.Delay(options.Think, ending);
            }

            await socket.SendAsync(request, ending);
        }

        await answers;
        await CloseAsync(socket, ending);

        async Task ReadAnswersAsync()
        {
            byte[] answer = new byte[AnswerToWriteBytes];
            for (int i = 0; i < options.Writes; i++)
            {
                await ReadAsync(socket, answer, ending);
                room.Release();
            }
        }
    }

    private static async Task AcceptAsync(Socket listener, CancellationToken ending)
    {
        var served = new List<Task>();
        try
        {
            while (true)
            {
                served.Add(ServeAsync(await listener.AcceptAsync(ending), ending));
            }
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(served);
        }
    }

    private static async Task ServeAsync(Socket connection, CancellationToken ending)
    {
        using (connection)
        {
            byte[] prefix = new byte[PrefixBytes];
            byte[] rest = new byte[1 << 18];
            while (await TryReadAsync(connection, prefix, ending))
            {
                int request = BinaryPrimitives.ReadInt32BigEndian(prefix);
                int answer = BinaryPrimitives.ReadInt32BigEndian(prefix.AsSpan(4));
                await ReadAsync(connection, rest.AsMemory(0, request - PrefixBytes), ending);
                await connection.SendAsync(rest.AsMemory(0, answer), ending);
            }
        }
    }

    private static byte[] Request(int length, int answer)
    {
        byte[] request = new byte[length];
        Array.Fill(request, (byte)'x');
        BinaryPrimitives.WriteInt32BigEndian(request, length);
        BinaryPrimitives.WriteInt32BigEndian(request.AsSpan(4), answer);
        return request;
    }

    private static async Task CloseAsync(Socket socket, CancellationToken ending)
    {
        socket.Shutdown(SocketShutdown.Send);
        if (await TryReadAsync(socket, new byte[1], ending))
        {
            throw new InvalidOperationException("more was answered than asked for");
        }

        socket.Dispose();
    }

    private static async Task ReadAsync(Socket socket, Memory<byte> bytes, CancellationToken ending)
    {
        if (!await TryReadAsync(socket, bytes, ending))
        {
            throw new EndOfStreamException("the other side closed early");
        }
    }

    /// <summary>Fills the bytes; false when the other side closed before.</summary>
    private static async Task<bool> TryReadAsync(Socket socket, Memory<byte> bytes, CancellationToken ending)
    {
        int filled = 0;
        while (filled < bytes.Length)
        {
            int read = await socket.ReceiveAsync(bytes[filled..], ending);
            if (read == 0)
            {
                return false;
            }

            filled += read;
        }

        return true;
    }

    private sealed record Mouse(Socket Socket, IPEndPoint Server, TimeSpan Start, int RequestBytes, int AnswerBytes);
}
