using System.Buffers.Binary;
using System.Text;
using Trunkline.Core.Striping.Stripe;
using Trunkline.Core.Units;

namespace Trunkline.Core.Tests.Striping.Stripe;

/// <summary>Two ends of a trunk and the paths between them, on virtual time, with faults.</summary>
/// <remarks>A path is a pair of FIFO pipes. A silent pipe holds what it is given until it speaks again, as TCP does; a session that is reset loses it.</remarks>
internal sealed class VirtualNetwork
{
    private const int StepsMax = 3_000_000;

    private readonly List<(Timestamp At, Action Do)> _agenda = [];
    private readonly VirtualPath[] _paths;

    public VirtualNetwork(StripeOptions options, int paths, long memoryBytes = 256 << 20)
    {
        Left = new VirtualEnd(this, options, paths, isOpener: true, memoryBytes);
        Right = new VirtualEnd(this, options, paths, isOpener: false, memoryBytes);
        _paths = [.. Enumerable.Range(0, paths).Select(_ => new VirtualPath())];
        for (int path = 0; path < paths; path++)
        {
            Connect(path);
        }
    }

    public Timestamp Now { get; private set; } = new(1_000_000_000);

    public VirtualEnd Left { get; }

    public VirtualEnd Right { get; }

    public IReadOnlyList<VirtualPath> Paths => _paths;

    public void At(Interval later, Action action) => _agenda.Add((Now + later, action));

    /// <summary>Runs until something holds, or no time is left.</summary>
    public bool RunUntil(Func<bool> holds, Interval limit)
    {
        Timestamp end = Now + limit;
        for (int step = 0; step < StepsMax; step++)
        {
            Left.Turn();
            Right.Turn();
            if (holds())
            {
                return true;
            }

            Timestamp next = new(Math.Min(Left.Trunk.NextDeadline.Nanoseconds, Right.Trunk.NextDeadline.Nanoseconds));
            next = new(Math.Min(next.Nanoseconds, _paths.SelectMany(p => p.Pipes).Min(p => p.NextArrival.Nanoseconds)));
            next = new(Math.Min(next.Nanoseconds, _agenda.Count == 0 ? long.MaxValue : _agenda.Min(a => a.At.Nanoseconds)));

            // Readers look every millisecond.
            Now = new(Math.Clamp(next.Nanoseconds, Now.Nanoseconds, Now.Nanoseconds + 1_000_000));
            if (Now > end)
            {
                return false;
            }

            foreach ((Timestamp at, Action action) in _agenda.Where(a => a.At <= Now).ToArray())
            {
                _agenda.Remove((at, action));
                action();
            }

            for (int path = 0; path < _paths.Length; path++)
            {
                while (_paths[path].Pipes[0].TryArrive(Now, out VirtualFrame frame))
                {
                    Right.OnArrival(path, frame);
                }

                while (_paths[path].Pipes[1].TryArrive(Now, out VirtualFrame frame))
                {
                    Left.OnArrival(path, frame);
                }
            }
        }

        throw new InvalidOperationException("does not come to an end");
    }

    /// <summary>Resets a path's session; the left end opens another as soon as the path speaks.</summary>
    public void Reset(int path)
    {
        _paths[path].Clear();
        Left.Trunk.OnSessionLost(path, Now);
        Right.Trunk.OnSessionLost(path, Now);
        Retry(path);
    }

    public void Send(VirtualEnd from, int path, VirtualFrame frame) => _paths[path].Pipes[from == Left ? 0 : 1].Send(frame, Now);

    public void OnWanted(int path)
    {
        if (_paths[path].Pipes.All(p => !p.IsSilent))
        {
            _paths[path].Clear();
            Connect(path);
        }
    }

    private void Retry(int path)
    {
        if (Left.Trunk.Paths[path].IsOpen)
        {
            return;
        }

        if (_paths[path].Pipes.All(p => !p.IsSilent))
        {
            Connect(path);
        }
        else
        {
            At(Interval.FromMilliseconds(100), () => Retry(path));
        }
    }

    private void Connect(int path)
    {
        Right.Trunk.OnSessionUp(path, Interval.Zero, false, Now);
        Left.Trunk.OnSessionUp(path, _paths[path].Pipes[0].Delay * 2, false, Now);
    }
}

/// <summary>A frame, and of credit and opening what its payload says.</summary>
internal readonly record struct VirtualFrame(StripeFrame Head, long Position, string Service);

internal sealed class VirtualPath
{
    public VirtualPipe[] Pipes { get; } = [new(), new()];

    public void Set(long bytesPerSecond, Interval delay)
    {
        foreach (VirtualPipe pipe in Pipes)
        {
            (pipe.BytesPerSecond, pipe.Delay) = (bytesPerSecond, delay);
        }
    }

    public void Clear()
    {
        foreach (VirtualPipe pipe in Pipes)
        {
            pipe.Clear();
        }
    }
}

internal sealed class VirtualPipe
{
    private readonly Queue<(Timestamp Arrival, VirtualFrame Frame)> _frames = new();
    private Timestamp _busyUntil = Timestamp.Zero;

    public long BytesPerSecond { get; set; } = 30_000_000;

    public Interval Delay { get; set; } = Interval.FromMicroseconds(100);

    public bool IsSilent { get; set; }

    public Timestamp NextArrival => IsSilent || !_frames.TryPeek(out (Timestamp Arrival, VirtualFrame Frame) next) ? Timestamp.MaxValue : next.Arrival;

    public void Send(VirtualFrame frame, Timestamp now)
    {
        _busyUntil = new(Math.Max(_busyUntil.Nanoseconds, now.Nanoseconds) + (frame.Head.Bytes * 1_000_000_000L / BytesPerSecond));
        _frames.Enqueue((_busyUntil + Delay, frame));
    }

    public bool TryArrive(Timestamp now, out VirtualFrame frame)
    {
        frame = default;
        if (NextArrival > now)
        {
            return false;
        }

        frame = _frames.Dequeue().Frame;
        return true;
    }

    public void Clear()
    {
        _frames.Clear();
        _busyUntil = Timestamp.Zero;
    }
}

/// <summary>One application's connection at one end.</summary>
internal sealed class VirtualFlow(StripeFlow flow, long bytesToSend)
{
    public StripeFlow Flow => flow;

    public long LeftBytes { get; set; } = bytesToSend;

    public bool IsFinished { get; set; }

    public long SentBytes { get; set; }

    public Dictionary<long, int> Chunks { get; } = [];

    public Dictionary<long, int> Held { get; } = [];

    public long InOrder { get; set; }

    public long Read { get; set; }

    public bool IsEndRead { get; set; }

    public bool IsReset { get; set; }

    public bool IsDone { get; set; }
}

internal sealed class VirtualEnd
{
    private readonly VirtualNetwork _network;
    private readonly CreditPool _pool;
    private RandomSource _random = new(1);

    public VirtualEnd(VirtualNetwork network, StripeOptions options, int paths, bool isOpener, long memoryBytes)
    {
        _network = network;
        _pool = new CreditPool(memoryBytes);
        Trunk = new StripeTrunk(options, _pool, paths, isOpener, network.Now);
    }

    public StripeTrunk Trunk { get; }

    public Dictionary<ulong, VirtualFlow> Flows { get; } = [];

    public long GrantedBytes => _pool.GrantedBytes;

    public long HeldBytesMost { get; private set; }

    /// <summary>What each flow of the far end gets back.</summary>
    public long AnswerBytes { get; set; }

    /// <summary>Bytes that readers take in each look; null for all.</summary>
    public long? ReadBytes { get; set; }

    public int ChunkBytesMax { get; set; } = 16 << 10;

    public bool IsEnded { get; private set; }

    public VirtualFlow Open(ulong id, long bytes)
    {
        var flow = new VirtualFlow(Trunk.Open(id, "nfs")!, bytes);
        Flows.Add(id, flow);
        return flow;
    }

    public void OnArrival(int path, VirtualFrame frame)
    {
        Span<byte> payload = stackalloc byte[64];
        if (frame.Head.Type == StripeFrameType.Credit)
        {
            BinaryPrimitives.WriteInt64BigEndian(payload, frame.Position);
        }
        else if (frame.Head.Type == StripeFrameType.Open)
        {
            Encoding.UTF8.GetBytes(frame.Service, payload);
        }

        StripeFault fault = Trunk.OnFrame(
            path, frame.Head, payload[..Math.Min(64, frame.Head.PayloadBytes)], _network.Now, out StripeFlow? keeper);
        Assert.Equal(StripeFault.None, fault);
        if (keeper is not null)
        {
            VirtualFlow flow = Flows[keeper.Id];
            Assert.True(frame.Head.Value >= flow.InOrder, "what was handed on does not come again");
            flow.Held.Add(frame.Head.Value, frame.Head.PayloadBytes);
            while (flow.Held.Remove(flow.InOrder, out int bytes))
            {
                flow.InOrder += bytes;
            }

            HeldBytesMost = Math.Max(HeldBytesMost, flow.InOrder - flow.Read + flow.Held.Values.Sum());
        }
    }

    public void Turn()
    {
        if (_network.Now >= Trunk.NextDeadline)
        {
            Trunk.OnDeadline(_network.Now);
        }

        Drain();
        foreach (VirtualFlow flow in Flows.Values)
        {
            Read(flow);
        }

        do
        {
            while (Trunk.TryTake(_network.Now, out StripeSend send))
            {
                Dispatch(in send);
            }
        }
        while (Append());
        Drain();
    }

    private void Dispatch(in StripeSend send)
    {
        Assert.True(Trunk.Paths[send.Path].IsOpen, "nothing is sent over a path without a session");
        if (send.Frame is { Type: StripeFrameType.Data, IsFinal: false })
        {
            Assert.Equal(Flows[send.Frame.Flow].Chunks[send.Frame.Value], send.Frame.PayloadBytes);
        }

        _network.Send(this, send.Path, new VirtualFrame(send.Frame, send.Position, send.Flow?.Service ?? ""));
    }

    private bool Append()
    {
        bool any = false;
        foreach (VirtualFlow flow in Flows.Values)
        {
            if (flow.IsFinished || flow.Flow.IsClosed || Trunk.FindRoom(out int chunk) == StripeTrunk.None)
            {
                continue;
            }

            if (flow.LeftBytes == 0)
            {
                Trunk.Finish(flow.Flow);
                any = flow.IsFinished = true;
                continue;
            }

            int bytes = (int)Math.Min(Math.Min(chunk, 1 + _random.Below((uint)ChunkBytesMax)), Math.Min(flow.LeftBytes, flow.Flow.AppendableBytes));
            if (bytes > 0)
            {
                flow.Chunks.Add(flow.Flow.AppendedEnd, bytes);
                Trunk.Append(flow.Flow, bytes);
                flow.LeftBytes -= bytes;
                flow.SentBytes += bytes;
                any = true;
            }
        }

        return any;
    }

    private void Read(VirtualFlow flow)
    {
        long bytes = Math.Min(flow.InOrder - flow.Read, ReadBytes ?? long.MaxValue);
        if (flow.Flow.IsClosed)
        {
            return;
        }

        if (bytes > 0)
        {
            flow.Read += bytes;
            Trunk.OnConsumed(flow.Flow, bytes);
        }

        if (!flow.IsEndRead && flow.Flow.EndAt == flow.Read)
        {
            flow.IsEndRead = true;
            Trunk.OnConsumed(flow.Flow, 1);
        }
    }

    private void Drain()
    {
        while (Trunk.TryEvent(out StripeEvent what))
        {
            switch (what.Kind)
            {
                case StripeEventKind.FlowOpened:
                    Assert.Equal("nfs", what.Flow!.Service);
                    Flows.Add(what.Flow.Id, new VirtualFlow(what.Flow, AnswerBytes));
                    Trunk.Accept(what.Flow);
                    break;
                case StripeEventKind.FlowProgress:
                    StripeTrunk.OnProgressSeen(what.Flow!);
                    Release(Flows[what.Flow!.Id]);
                    break;
                case StripeEventKind.FlowReset:
                    Flows[what.Flow!.Id].IsReset = true;
                    break;
                case StripeEventKind.FlowClosed:
                    Flows[what.Flow!.Id].IsDone = true;
                    break;
                case StripeEventKind.PathWanted:
                    _network.OnWanted(what.Path);
                    break;
                case StripeEventKind.TrunkEnded:
                    IsEnded = true;
                    break;
            }
        }
    }

    private static void Release(VirtualFlow flow)
    {
        int released = 0;
        foreach (long start in flow.Chunks.Keys.Where(k => k + flow.Chunks[k] <= flow.Flow.Unacknowledged).ToArray())
        {
            flow.Chunks.Remove(start);
            released++;
        }

        StripeTrunk.OnReleased(flow.Flow, released);
    }
}
