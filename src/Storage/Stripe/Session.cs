using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;
using Trunkline.Core.Striping.Stripe;
using Trunkline.Core.Units;

namespace Trunkline.Storage.Stripe;

/// <summary>What a session tells its owner.</summary>
internal interface ISessionOwner
{
    /// <summary>The far end's greeting has come.</summary>
    /// <returns>The trunk that the session belongs to from now on; null when it is to be closed (the owner may have sent an answer).</returns>
    TrunkRunner? OnGreeting(Session session, in StripeHello hello, Timestamp now);

    /// <summary>The session's socket is connected and, with keys, the far end is known.</summary>
    void OnConnected(Session session, Timestamp now);

    /// <summary>The session is closed.</summary>
    void OnClosed(Session session, string why, Timestamp now);
}

/// <summary>One TCP connection between the two ends: greeting, then frames.</summary>
internal sealed class Session : IReady
{
    /// <summary>Why sessions are closed, of which some mean more than others.</summary>
    public const string ClosedThere = "the far end closed it", Refused = "refused: ", RefusedUnknown = "refused: Unknown";

    private const int GreetingBytes = 512;
    private const int ReceiveBytes = 256 << 10;
    private const int ReceivesMax = 4;
    private const int ScratchBytes = 4096;
    private const int CopyBytesMax = 1500;

    private readonly EventLoop _loop;
    private readonly BlockPool _pool;
    private readonly ISessionOwner _owner;
    private readonly int _place;
    private readonly SegmentRing _out = new();
    private ITransport? _transport;
    private byte[] _in = new byte[GreetingBytes];
    private int _inFrom;
    private int _inTo;
    private bool _canRead;
    private bool _isConnecting;
    private Block? _scratch;

    /// <summary>Takes over a socket.</summary>
    /// <param name="loop">Watches it.</param>
    /// <param name="pool">Memory for what is sent.</param>
    /// <param name="socket">Connected, or on its way.</param>
    /// <param name="isConnecting">Whether it is on its way.</param>
    /// <param name="secure">Makes the transport once it is connected.</param>
    /// <param name="owner">Is told.</param>
    /// <param name="deadline">When the greeting must have been answered.</param>
    public Session(EventLoop loop, BlockPool pool, Socket socket, bool isConnecting, Func<Session, ITransport> secure, ISessionOwner owner, Timestamp deadline)
    {
        (_loop, _pool, _owner, Socket, _isConnecting, Deadline, Secure) = (loop, pool, owner, socket, isConnecting, deadline, secure);
        Sockets.SetUpSession(socket);
        _place = loop.Watch(socket, this);
        if (!isConnecting)
        {
            // Behind the constructor: a transport may have something to say at once.
            loop.Post(() => _transport ??= IsClosed ? null : secure(this));
        }
    }

    public Socket Socket { get; }

    /// <summary>When it is closed if it has no trunk by then.</summary>
    public Timestamp Deadline { get; }

    /// <summary>When its greeting left.</summary>
    public Timestamp GreetedAt { get; private set; }

    public bool HasGreeted { get; private set; }

    public TrunkRunner? Trunk { get; private set; }

    /// <summary>Which path of its trunk it is, or is meant to be.</summary>
    public int Path { get; set; }

    /// <summary>Of a session that takes another's place on purpose: the port that the other had.</summary>
    public int PortBefore { get; set; }

    /// <summary>Whether it takes another way than the last on its path.</summary>
    public bool IsRedraw { get; set; }

    public bool IsClosed { get; private set; }

    /// <summary>Whether frames wait for <see cref="Flush"/>.</summary>
    public bool IsDirty { get; private set; }

    /// <summary>Bytes that the socket has not taken.</summary>
    public int QueuedBytes { get; private set; }

    /// <summary>Who the far end has shown to be; empty in the clear.</summary>
    public string Peer => _transport?.Peer ?? "";

    private Func<Session, ITransport> Secure { get; }

    /// <inheritdoc/>
    public void OnReady(bool canRead, bool canWrite, bool isOver, bool isBroken)
    {
        if (IsClosed)
        {
            return;
        }

        Timestamp now = EventLoop.Now;
        if (_isConnecting)
        {
            if (!canWrite)
            {
                return;
            }

            if (Sockets.ConnectFault(Socket) is string fault)
            {
                Close(fault);
                return;
            }

            _isConnecting = false;
            _transport = Secure(this);
            if (_transport is PlainTransport)
            {
                _owner.OnConnected(this, now);
            }
        }

        if (_transport is null)
        {
            // Taken over in this very turn.
            _transport = Secure(this);
        }

        _transport.OnReady(canRead, canWrite);
        if (canRead)
        {
            Receive();
        }

        if (canWrite && !IsClosed)
        {
            Trunk?.OnWritable(this);
            Flush();
        }
    }

    /// <summary>The transport has shaken hands.</summary>
    public void OnSecured()
    {
        if (!IsClosed)
        {
            _owner.OnConnected(this, EventLoop.Now);
            Receive();
        }
    }

    /// <summary>The transport found out that the far end is not to be trusted, or that the connection is broken.</summary>
    public void OnInsecure(string why) => Close(why);

    /// <summary>Sends a greeting.</summary>
    public void Send(in StripeHello hello, Timestamp now)
    {
        (GreetedAt, HasGreeted) = (now, true);
        hello.Write(Reserve(StripeHello.Bytes));
        Flush();
    }

    /// <summary>Queues a frame whose payload, if any, is short.</summary>
    public void Send(in StripeSend send)
    {
        Span<byte> to = Reserve(send.Frame.Bytes);
        send.Frame.Write(to);
        if (send.Frame.Type == StripeFrameType.Credit)
        {
            BinaryPrimitives.WriteInt64BigEndian(to[StripeFrame.HeaderBytes..], send.Position);
        }
        else if (send.Frame.Type == StripeFrameType.Open)
        {
            Encoding.UTF8.GetBytes(send.Flow!.Service, to[StripeFrame.HeaderBytes..]);
        }
    }

    /// <summary>Queues data.</summary>
    /// <param name="head">Its head.</param>
    /// <param name="chunk">The chunk, with room for a head before its data.</param>
    public void Send(in StripeFrame head, Block chunk)
    {
        int skip = (int)(head.Value - chunk.Start);
        int from = chunk.From + skip;
        if (head.Bytes <= CopyBytesMax)
        {
            Span<byte> to = Reserve(head.Bytes);
            head.Write(to);
            chunk.Bytes.AsSpan(from, head.PayloadBytes).CopyTo(to[StripeFrame.HeaderBytes..]);
            return;
        }

        if (skip > 0)
        {
            // A far end that acknowledges part of a chunk gets the rest from a copy: others may be sending the chunk.
            Block copy = _pool.Take(head.Bytes);
            (copy.From, copy.To) = (StripeFrame.HeaderBytes, head.Bytes);
            chunk.Bytes.AsSpan(from, head.PayloadBytes).CopyTo(copy.Bytes.AsSpan(StripeFrame.HeaderBytes));
            head.Write(copy.Bytes);
            Queue(copy, 0, head.Bytes);
            return;
        }

        // Every session that carries the chunk writes the same head.
        head.Write(chunk.Bytes.AsSpan(from - StripeFrame.HeaderBytes));
        chunk.Uses++;
        Queue(chunk, from - StripeFrame.HeaderBytes, from + head.PayloadBytes);
    }

    /// <summary>Gives the socket what it takes.</summary>
    /// <returns>Whether it took everything.</returns>
    public bool Flush()
    {
        IsDirty = false;
        while (!IsClosed && _transport is not null && _out.Count > 0)
        {
            Segment next = _out.First;
            int sent = _transport.Send(next.Block.Bytes.AsMemory(next.From, next.To - next.From));
            if (sent == ITransport.WouldBlock)
            {
                return false;
            }

            if (sent < 0)
            {
                Close(_transport.Fault);
                return false;
            }

            QueuedBytes -= sent;
            if (next.From + sent < next.To)
            {
                _out.First.From += sent;
                continue;
            }

            _out.RemoveFirst();
            _scratch = next.Block == _scratch ? null : _scratch;
            _pool.Release(next.Block);
        }

        return true;
    }

    /// <summary>Closes it, after what the kernel has of it.</summary>
    public void CloseGently() => Close("it is ended in good order", isGentle: true);

    /// <summary>Closes it at once.</summary>
    /// <param name="why">For the log.</param>
    public void Close(string why) => Close(why, isGentle: false);

    private void Close(string why, bool isGentle)
    {
        if (IsClosed)
        {
            return;
        }

        IsClosed = true;
        _loop.Unwatch(_place, Socket);
        _transport?.Close();
        if (isGentle)
        {
            Socket.Dispose();
        }
        else
        {
            Sockets.Reset(Socket);
        }

        for (; _out.Count > 0; _out.RemoveFirst())
        {
            _pool.Release(_out.First.Block);
        }

        (_scratch, QueuedBytes, IsDirty) = (null, 0, false);
        _in = [];
        Timestamp now = EventLoop.Now;
        Trunk?.OnSessionClosed(this, now);
        _owner.OnClosed(this, why, now);
    }

    /// <summary>More can be read from the transport, or there was more than one turn's worth.</summary>
    public void Receive()
    {
        _canRead = true;
        for (int i = 0; i < ReceivesMax && _canRead && !IsClosed; i++)
        {
            if (_inTo == _in.Length)
            {
                MakeRoom();
            }

            int count = _transport!.Receive(_in.AsSpan(_inTo));
            if (count <= 0)
            {
                _canRead = false;
                if (count != ITransport.WouldBlock)
                {
                    Close(count == 0 ? ClosedThere : _transport.Fault);
                }

                return;
            }

            _inTo += count;
            Parse();
        }

        if (_canRead && !IsClosed)
        {
            // Others first.
            _loop.Post(Receive);
        }
    }

    private void Parse()
    {
        Timestamp now = EventLoop.Now;
        if (Trunk is null && !Greet(now))
        {
            return;
        }

        while (!IsClosed && _inTo - _inFrom >= StripeFrame.HeaderBytes)
        {
            StripeFault fault = StripeFrame.TryRead(_in.AsSpan(_inFrom, _inTo - _inFrom), out StripeFrame frame);
            if (fault == StripeFault.None && _inTo - _inFrom < frame.Bytes)
            {
                break;
            }

            if (fault == StripeFault.None)
            {
                ReadOnlySpan<byte> payload = _in.AsSpan(_inFrom + StripeFrame.HeaderBytes, frame.PayloadBytes);
                _inFrom += frame.Bytes;
                fault = Trunk!.OnFrame(this, in frame, payload, now);
            }

            if (fault != StripeFault.None)
            {
                Close($"the far end breaks the protocol: {fault}");
                return;
            }
        }

        if (_inFrom == _inTo)
        {
            _inFrom = _inTo = 0;
        }
        else if (_in.Length - _inFrom < StripeFrame.DataBytesMax + StripeFrame.HeaderBytes)
        {
            MakeRoom();
        }
    }

    private bool Greet(Timestamp now)
    {
        StripeFault fault = StripeHello.TryRead(_in.AsSpan(_inFrom, _inTo - _inFrom), out StripeHello hello);
        if (fault == StripeFault.Incomplete)
        {
            return false;
        }

        if (fault != StripeFault.None)
        {
            if (fault == StripeFault.Version)
            {
                new StripeHello(0, 0, 0, 1, false, StripeWelcome.Version).Write(Reserve(StripeHello.Bytes));
                Flush();
            }

            Close(fault switch
            {
                StripeFault.NotStripe => "the far end does not speak the stripe protocol",
                StripeFault.Version => "the far end speaks another version of the stripe protocol",
                _ => "the far end's greeting is not well-formed",
            });
            return false;
        }

        _inFrom += StripeHello.Bytes;
        Trunk = _owner.OnGreeting(this, in hello, now);
        if (Trunk is null)
        {
            Close($"{Refused}{hello.Welcome}");
            return false;
        }

        byte[] small = _in;
        _in = GC.AllocateUninitializedArray<byte>(ReceiveBytes, pinned: true);
        small.AsSpan(_inFrom, _inTo - _inFrom).CopyTo(_in);
        (_inFrom, _inTo) = (0, _inTo - _inFrom);
        Trunk.OnSessionOpen(this, now);
        return true;
    }

    private void MakeRoom()
    {
        _in.AsSpan(_inFrom, _inTo - _inFrom).CopyTo(_in);
        (_inFrom, _inTo) = (0, _inTo - _inFrom);
    }

    private Span<byte> Reserve(int bytes)
    {
        if (_scratch is null || _scratch.Bytes.Length - _scratch.To < bytes)
        {
            _scratch = _pool.Take(Math.Max(ScratchBytes, bytes));
            _scratch.From = _scratch.To = 0;
            _scratch.Uses = 0;
        }

        int from = _scratch.To;
        _scratch.To += bytes;
        _scratch.Uses++;
        Queue(_scratch, from, _scratch.To);
        return _scratch.Bytes.AsSpan(from, bytes);
    }

    private void Queue(Block block, int from, int to)
    {
        QueuedBytes += to - from;
        IsDirty = true;
        if (_out.Count > 0 && _out.Last.Block == block && _out.Last.To == from)
        {
            // What lies behind the last in the same block leaves with it.
            _out.Last.To = to;
            block.Uses--;
            return;
        }

        _out.Add(new Segment(block, from, to));
    }
}
