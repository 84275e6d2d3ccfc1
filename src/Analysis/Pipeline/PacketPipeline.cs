using System.Runtime.ExceptionServices;

namespace Trunkline.Analysis.Pipeline;

/// <summary>Hands batches to the statistics, on the caller's thread or, in the same order, on another.</summary>
/// <remarks>
/// What the statistics see does not depend on the thread, so neither does the answer. To wake a thread costs as much as a batch
/// does, so each waits until the other has half of the batches for it, and takes them all.
/// </remarks>
internal sealed class PacketPipeline : IDisposable
{
    /// <summary>Batches in all.</summary>
    public const int BatchesMax = 8;

    private readonly IPacketSink[] _sinks;
    private readonly Thread? _thread;

    // The monitor that both threads wait at; it guards all that follows.
    private readonly object _gate = new();
    private readonly Queue<PacketBatch> _ready = new(BatchesMax);
    private readonly Queue<PacketBatch> _spare = new(BatchesMax);
    private ExceptionDispatchInfo? _failure;
    private bool _isHurried;
    private bool _isOver;

    /// <summary>Starts the second thread when there is to be one.</summary>
    /// <param name="sinks">The statistics.</param>
    /// <param name="useThread">Whether they run on a thread of their own.</param>
    public PacketPipeline(IReadOnlyList<IPacketSink> sinks, bool useThread)
    {
        _sinks = [.. sinks];
        Batch = new PacketBatch();
        if (useThread)
        {
            for (int i = 1; i < BatchesMax; i++)
            {
                _spare.Enqueue(new PacketBatch());
            }

            _thread = new Thread(Run) { IsBackground = true, Name = "statistics" };
            _thread.Start();
        }
    }

    /// <summary>The batch to fill.</summary>
    public PacketBatch Batch { get; private set; }

    /// <summary>Hands the batch over, and makes another the one to fill.</summary>
    public void Submit()
    {
        if (_thread is null)
        {
            Batch.Deliver(_sinks);
            Batch.Clear();
            return;
        }

        lock (_gate)
        {
            _ready.Enqueue(Batch);
            if (_ready.Count == BatchesMax / 2)
            {
                Monitor.Pulse(_gate);
            }

            if (_spare.Count == 0)
            {
                WaitForSpare(BatchesMax / 2);
            }

            Batch = _spare.Dequeue();
            _failure?.Throw();
        }
    }

    /// <summary>Waits until the statistics have seen all that was handed over.</summary>
    public void Drain()
    {
        if (_thread is null)
        {
            return;
        }

        lock (_gate)
        {
            WaitForSpare(BatchesMax - 1);
            _failure?.Throw();
        }
    }

    /// <summary>Ends the second thread, which first sees all that was handed over.</summary>
    public void Dispose()
    {
        if (_thread is null)
        {
            return;
        }

        lock (_gate)
        {
            _isOver = true;
            Monitor.Pulse(_gate);
        }

        _thread.Join();
    }

    private void WaitForSpare(int count)
    {
        while (_spare.Count < count)
        {
            // The other thread does not wait for more, as none comes before it has given some back.
            _isHurried = true;
            Monitor.Pulse(_gate);
            Monitor.Wait(_gate);
        }

        _isHurried = false;
    }

    private void Run()
    {
        PacketBatch? batch = null;
        while ((batch = Exchange(batch)) is not null)
        {
            // After a failure batches only go round, so that the other thread comes to hear of it.
            if (_failure is null)
            {
                try
                {
                    batch.Deliver(_sinks);
                }
#pragma warning disable CA1031 // It is thrown again on the thread that reads the capture.
                catch (Exception exception)
#pragma warning restore CA1031
                {
                    _failure = ExceptionDispatchInfo.Capture(exception);
                }
            }

            batch.Clear();
        }
    }

    /// <summary>Gives a batch back and takes the next; null when all is over.</summary>
    private PacketBatch? Exchange(PacketBatch? done)
    {
        lock (_gate)
        {
            if (done is not null)
            {
                _spare.Enqueue(done);
            }

            if (_isHurried && (_ready.Count == 0 || _spare.Count == BatchesMax / 2))
            {
                Monitor.Pulse(_gate);
            }

            while (_ready.Count == 0)
            {
                if (_isOver)
                {
                    return null;
                }

                Monitor.Wait(_gate);
            }

            return _ready.Dequeue();
        }
    }
}
