using System.Net.Sockets;
using Trunkline.Core.Striping.Stripe;

namespace Trunkline.Storage.Stripe;

/// <summary>Joins an application's connection and a flow: reads chunks, keeps them until they are acknowledged, and writes what came, in order.</summary>
internal sealed class FlowPump : IReady
{
    private const int HeldMax = 2 * 8192;
    private const int ChunkBytesMin = 512;

    private readonly EventLoop _loop;
    private readonly BlockPool _pool;
    private readonly TrunkRunner _runner;
    private readonly PlainTransport _transport;
    private readonly int _place;

    // Chunks that may have to be sent again, in order.
    private readonly List<Block> _kept = [];
    private int _keptFirst;

    // What came: out of order by its place, in order as it waits for the application.
    private readonly Dictionary<long, Block> _held = [];
    private readonly Queue<Block> _toApplication = new();
    private Block? _lastToApplication;
    private long _inOrderEnd;
    private bool _isConnecting;
    private bool _canRead;
    private bool _canWrite;
    private bool _isOver;
    private bool _isShut;

    public FlowPump(EventLoop loop, BlockPool pool, TrunkRunner runner, Socket socket, bool isConnecting, StripeFlow flow)
    {
        (_loop, _pool, _runner, Socket, _isConnecting, Flow) = (loop, pool, runner, socket, isConnecting, flow);
        _transport = new PlainTransport(socket);
        (_canRead, _canWrite) = (!isConnecting, !isConnecting);
        _place = loop.Watch(socket, this);
        flow.Tag = this;
    }

    public Socket Socket { get; }

    public StripeFlow Flow { get; }

    public bool IsClosed { get; private set; }

    /// <summary>Whether it stands in the runner's line of those that may be read.</summary>
    public bool IsQueued { get; set; }

    /// <summary>Whether a try to read may bring something.</summary>
    public bool IsReadable => !IsClosed && !_isConnecting && _canRead && !Flow.IsFinished;

    /// <inheritdoc/>
    public void OnReady(bool canRead, bool canWrite, bool isOver, bool isBroken)
    {
        if (IsClosed)
        {
            return;
        }

        if (_isConnecting)
        {
            if (canWrite)
            {
                OnConnected();
            }

            return;
        }

        if (isBroken)
        {
            // Whether or not there is credit to read what it sent before.
            Break(1);
            return;
        }

        _canRead |= canRead;
        _canWrite |= canWrite;
        _isOver |= isOver;
        if (canWrite)
        {
            Deliver();
        }

        if (!IsClosed && IsReadable)
        {
            _runner.OnReadable(this);
        }
    }

    /// <summary>Reads a chunk.</summary>
    /// <param name="bytesMax">At most so much.</param>
    /// <returns>How many bytes were appended to the flow: 0 for none now.</returns>
    public int Read(int bytesMax)
    {
        Block block = _pool.Take(StripeFrame.HeaderBytes + bytesMax);
        int count = _transport.Receive(block.Bytes.AsSpan(StripeFrame.HeaderBytes, bytesMax));
        if (count <= 0)
        {
            _pool.Release(block);
            _canRead = false;
            if (count == 0)
            {
                _runner.Trunk.Finish(Flow);
            }
            else if (count == ITransport.Broken)
            {
                Break(1);
            }

            return 0;
        }

        // Short of what was asked for means empty, unless the end is behind it.
        _canRead = count == bytesMax || _isOver;
        if (count * 2 < bytesMax || count < ChunkBytesMin)
        {
            Block small = _pool.Take(StripeFrame.HeaderBytes + count);
            block.Bytes.AsSpan(StripeFrame.HeaderBytes, count).CopyTo(small.Bytes.AsSpan(StripeFrame.HeaderBytes));
            _pool.Release(block);
            block = small;
        }

        (block.Start, block.From, block.To) = (Flow.AppendedEnd, StripeFrame.HeaderBytes, StripeFrame.HeaderBytes + count);
        _kept.Add(block);
        _runner.Trunk.Append(Flow, count);
        return count;
    }

    /// <summary>The chunk that holds a place of the stream.</summary>
    public Block FindChunk(long start)
    {
        (int low, int high) = (_keptFirst, _kept.Count - 1);
        while (low < high)
        {
            int middle = (low + high + 1) >>> 1;
            (low, high) = _kept[middle].Start <= start ? (middle, high) : (low, middle - 1);
        }

        return _kept[low];
    }

    /// <summary>Drops chunks that were acknowledged.</summary>
    public void Release()
    {
        int first = _keptFirst;
        while (_keptFirst < _kept.Count && _kept[_keptFirst] is { } block && block.Start + block.To - block.From <= Flow.Unacknowledged)
        {
            _kept[_keptFirst++] = null!;
            _pool.Release(block);
        }

        StripeTrunk.OnReleased(Flow, _keptFirst - first);
        if (_keptFirst > 256 && _keptFirst * 2 > _kept.Count)
        {
            _kept.RemoveRange(0, _keptFirst);
            _keptFirst = 0;
        }
    }

    /// <summary>Data came that had not come before.</summary>
    public StripeFault OnData(long start, ReadOnlySpan<byte> data)
    {
        if (start != _inOrderEnd)
        {
            if (_held.Count >= HeldMax)
            {
                return StripeFault.Window;
            }

            Block block = _pool.Take(data.Length);
            (block.Start, block.From, block.To) = (start, 0, data.Length);
            data.CopyTo(block.Bytes);
            _held.Add(start, block);
            return StripeFault.None;
        }

        _inOrderEnd += data.Length;
        int written = 0;
        if (_toApplication.Count == 0 && _canWrite)
        {
            written = Math.Max(0, Write(data));
        }

        if (written < data.Length && !IsClosed)
        {
            Keep(data[written..]);
        }

        while (!IsClosed && _held.Remove(_inOrderEnd, out Block? next))
        {
            _inOrderEnd += next.To - next.From;
            _toApplication.Enqueue(next);
            _lastToApplication = next;
        }

        if (!IsClosed)
        {
            Deliver();
        }

        return StripeFault.None;
    }

    /// <summary>Gives the application what it takes.</summary>
    public void Deliver()
    {
        while (!IsClosed && _canWrite && _toApplication.TryPeek(out Block? block))
        {
            int written = Write(block.Bytes.AsSpan(block.From, block.To - block.From));
            if (written < 0)
            {
                return;
            }

            block.From += written;
            if (block.From == block.To)
            {
                _toApplication.Dequeue();
                _lastToApplication = block == _lastToApplication ? null : _lastToApplication;
                _pool.Release(block);
            }
        }

        if (!IsClosed && !_isShut && _toApplication.Count == 0 && _inOrderEnd == Flow.EndAt)
        {
            _isShut = true;
            try
            {
                Socket.Shutdown(SocketShutdown.Send);
            }
            catch (SocketException)
            {
                // Gone already; its reset is seen when it is read.
            }

            _runner.Trunk.OnConsumed(Flow, 1);
        }
    }

    /// <summary>The flow is over.</summary>
    /// <param name="isInOrder">Whether both ends have all; else the application sees a reset.</param>
    public void Close(bool isInOrder)
    {
        if (IsClosed)
        {
            return;
        }

        IsClosed = true;
        _loop.Unwatch(_place, Socket);
        if (isInOrder)
        {
            Socket.Dispose();
        }
        else
        {
            Sockets.Reset(Socket);
        }

        for (int i = _keptFirst; i < _kept.Count; i++)
        {
            _pool.Release(_kept[i]);
        }

        foreach (Block block in _toApplication.Concat(_held.Values))
        {
            _pool.Release(block);
        }

        _kept.Clear();
        _held.Clear();
        _toApplication.Clear();
        _keptFirst = 0;
        _runner.OnFlowGone(this);
    }

    /// <summary>The target did not answer in time.</summary>
    public void GiveUpConnecting()
    {
        if (_isConnecting && !IsClosed)
        {
            _runner.OnTargetFault(this, "no answer in time");
            Break(2);
        }
    }

    private void OnConnected()
    {
        if (Sockets.ConnectFault(Socket) is string fault)
        {
            _runner.OnTargetFault(this, fault);
            Break(2);
            return;
        }

        (_isConnecting, _canRead, _canWrite) = (false, true, true);
        _runner.Trunk.Accept(Flow);
        _runner.OnReadable(this);
        Deliver();
    }

    private void Keep(ReadOnlySpan<byte> data)
    {
        // A reader that is slow must not keep a block for each of many small chunks.
        if (_lastToApplication is { } last && last.Bytes.Length - last.To >= data.Length)
        {
            data.CopyTo(last.Bytes.AsSpan(last.To));
            last.To += data.Length;
            return;
        }

        Block block = _pool.Take(Math.Max(data.Length, 4096));
        (block.From, block.To) = (0, data.Length);
        data.CopyTo(block.Bytes);
        _toApplication.Enqueue(block);
        _lastToApplication = block;
    }

    private int Write(ReadOnlySpan<byte> bytes)
    {
        int written = _transport.Send(bytes);
        if (written == ITransport.Broken)
        {
            Break(1);
        }
        else if (written < bytes.Length)
        {
            _canWrite = false;
        }

        if (written > 0)
        {
            _runner.Trunk.OnConsumed(Flow, written);
        }

        return written;
    }

    private void Break(long reason)
    {
        _runner.Trunk.Reset(Flow, reason);
        Close(isInOrder: false);
    }
}
