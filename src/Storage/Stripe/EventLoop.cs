using System.Buffers.Binary;
using System.ComponentModel;
using System.Diagnostics;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Trunkline.Core.Units;

namespace Trunkline.Storage.Stripe;

/// <summary>Something with a socket that an <see cref="EventLoop"/> watches.</summary>
internal interface IReady
{
    /// <summary>The socket can be read, written, or has come to its end: until it says that it would block.</summary>
    void OnReady(bool canRead, bool canWrite, bool isOver, bool isBroken);
}

/// <summary>What a loop serves beside sockets.</summary>
internal interface ILoopOwner
{
    /// <summary>When <see cref="OnTurn"/> is wanted at the latest.</summary>
    Timestamp NextDeadline { get; }

    /// <summary>All sockets that were ready have been told.</summary>
    void OnTurn(Timestamp now);
}

/// <summary>One thread that waits for many sockets: Linux's epoll, edge-triggered.</summary>
/// <remarks>
/// Sockets are used without blocking and without the runtime's own queues: a hop through a pool of threads for each piece costs more than
/// the piece. All but <see cref="Post"/> and <see cref="Stop"/> belong to the loop's thread.
/// </remarks>
internal sealed partial class EventLoop : IDisposable
{
    private const int EventsMax = 256;
    private const uint In = 1, Out = 4, Error = 8, HangUp = 0x10, PeerClosed = 0x2000, Edge = 0x8000_0000;
    private const int Add = 1, Remove = 2;
    private const int CloseOnExec = 0x80000, NonBlocking = 0x800;
    private const int Interrupted = 4;

    // The kernel packs its record on x86-64 alone.
    private static readonly int EventBytes = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 12 : 16;
    private static readonly int DataOffset = EventBytes - 8;

    private readonly int _epoll;
    private readonly int _wake;
    private readonly byte[] _events = GC.AllocateUninitializedArray<byte>(EventsMax * 16, pinned: true);
    private readonly List<IReady?> _watched = [null];
    private readonly Queue<int> _free = new();
    private readonly Queue<int> _freed = new();
    private readonly Lock _gate = new();
    private Queue<Action> _posted = new();
    private Queue<Action> _running = new();
    private volatile bool _isStopped;

    /// <summary>Makes one; its thread is the one that calls <see cref="Run"/>.</summary>
    /// <exception cref="Win32Exception">The kernel refused.</exception>
    public EventLoop()
    {
        _epoll = EpollCreate(CloseOnExec);
        _wake = _epoll < 0 ? -1 : EventHandle(0, CloseOnExec | NonBlocking);
        if (_wake < 0)
        {
            throw new Win32Exception(Marshal.GetLastPInvokeError());
        }

        Control(_wake, 0, In | Edge);
    }

    /// <summary>The time, from the clock that never goes back.</summary>
    public static Timestamp Now => new((long)((Int128)Stopwatch.GetTimestamp() * 1_000_000_000 / Stopwatch.Frequency));

    /// <summary>Watches a socket from now on.</summary>
    /// <returns>A number to end it with.</returns>
    public int Watch(Socket socket, IReady ready)
    {
        if (!_free.TryDequeue(out int place))
        {
            place = _watched.Count;
            _watched.Add(null);
        }

        _watched[place] = ready;
        Control((int)socket.Handle, place, In | Out | PeerClosed | Edge);
        return place;
    }

    /// <summary>The socket is about to be closed.</summary>
    public void Unwatch(int place, Socket socket)
    {
        _ = EpollControl(_epoll, Remove, (int)socket.Handle, ref _events[0]);
        _watched[place] = null;
        _freed.Enqueue(place);
    }

    /// <summary>Has the loop's thread do something. Any thread.</summary>
    public void Post(Action action)
    {
        lock (_gate)
        {
            _posted.Enqueue(action);
        }

        Wake();
    }

    /// <summary>Ends <see cref="Run"/> soon. Any thread.</summary>
    public void Stop()
    {
        _isStopped = true;
        Wake();
    }

    /// <summary>Serves until <see cref="Stop"/>.</summary>
    public void Run(ILoopOwner owner)
    {
        while (!_isStopped)
        {
            long waitNs = (owner.NextDeadline - Now).Nanoseconds;
            int waitMs = owner.NextDeadline == Timestamp.MaxValue ? 1000 : (int)Math.Clamp((waitNs + 999_999) / 1_000_000, 0, 1000);
            int count = EpollWait(_epoll, ref _events[0], EventsMax, waitMs);
            if (count < 0 && Marshal.GetLastPInvokeError() != Interrupted)
            {
                throw new Win32Exception(Marshal.GetLastPInvokeError());
            }

            for (int i = 0; i < count; i++)
            {
                Tell(_events.AsSpan(i * EventBytes, EventBytes));
            }

            while (_freed.TryDequeue(out int place))
            {
                _free.Enqueue(place);
            }

            owner.OnTurn(Now);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _ = Close(_wake);
        _ = Close(_epoll);
    }

    private void Tell(ReadOnlySpan<byte> record)
    {
        uint events = BinaryPrimitives.ReadUInt32LittleEndian(record);
        int place = BinaryPrimitives.ReadInt32LittleEndian(record[DataOffset..]);
        if (place == 0)
        {
            RunPosted();
        }
        else
        {
            _watched[place]?.OnReady(
                (events & (In | PeerClosed | HangUp | Error)) != 0,
                (events & (Out | HangUp | Error)) != 0,
                (events & (PeerClosed | HangUp | Error)) != 0,
                (events & Error) != 0);
        }
    }

    private void RunPosted()
    {
        ulong count = 0;
        _ = Read(_wake, ref count, sizeof(ulong));
        lock (_gate)
        {
            (_posted, _running) = (_running, _posted);
        }

        while (_running.TryDequeue(out Action? action))
        {
            action();
        }
    }

    private void Wake()
    {
        ulong one = 1;
        _ = Write(_wake, ref one, sizeof(ulong));
    }

    private void Control(int handle, int place, uint events)
    {
        Span<byte> record = stackalloc byte[16];
        BinaryPrimitives.WriteUInt32LittleEndian(record, events);
        BinaryPrimitives.WriteInt64LittleEndian(record[DataOffset..], place);
        if (EpollControl(_epoll, Add, handle, ref record[0]) != 0)
        {
            throw new Win32Exception(Marshal.GetLastPInvokeError());
        }
    }

    [LibraryImport("libc", EntryPoint = "epoll_create1", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int EpollCreate(int flags);

    [LibraryImport("libc", EntryPoint = "epoll_ctl", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int EpollControl(int epoll, int operation, int handle, ref byte record);

    [LibraryImport("libc", EntryPoint = "epoll_wait", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int EpollWait(int epoll, ref byte records, int recordsMax, int milliseconds);

    [LibraryImport("libc", EntryPoint = "eventfd", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int EventHandle(uint start, int flags);

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nint Read(int handle, ref ulong value, nint bytes);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nint Write(int handle, ref ulong value, nint bytes);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Close(int handle);
}
