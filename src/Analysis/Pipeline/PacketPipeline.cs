using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;
using Trunkline.Analysis.Flows;

namespace Trunkline.Analysis.Pipeline;

/// <summary>Hands batches to the statistics, on the caller's thread or, in the same order, on another.</summary>
/// <remarks>What the statistics see does not depend on the thread, so neither does the answer.</remarks>
internal sealed class PacketPipeline : IDisposable
{
    /// <summary>Batches on their way at most.</summary>
    public const int BatchesMax = 8;

    private readonly IPacketSink[] _sinks;
    private readonly EntryCounters _counters;
    private readonly BlockingCollection<PacketBatch>? _ready;
    private readonly BlockingCollection<PacketBatch>? _spare;
    private readonly Thread? _thread;
    private ExceptionDispatchInfo? _failure;

    /// <summary>Starts the second thread when there is to be one.</summary>
    /// <param name="sinks">The statistics.</param>
    /// <param name="counters">Is told before they are.</param>
    /// <param name="useThread">Whether they run on a thread of their own.</param>
    public PacketPipeline(IReadOnlyList<IPacketSink> sinks, EntryCounters counters, bool useThread)
    {
        (_sinks, _counters) = ([.. sinks], counters);
        Batch = new PacketBatch();
        if (useThread)
        {
            _ready = new BlockingCollection<PacketBatch>(BatchesMax);
            _spare = new BlockingCollection<PacketBatch>(BatchesMax);
            for (int i = 1; i < BatchesMax; i++)
            {
                _spare.Add(new PacketBatch());
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
            Batch.Deliver(_sinks, _counters);
            Batch.Clear();
            return;
        }

        _ready!.Add(Batch);
        Batch = _spare!.Take();
        _failure?.Throw();
    }

    /// <summary>Waits until the statistics have seen all that was handed over.</summary>
    public void Drain()
    {
        if (_thread is null)
        {
            return;
        }

        // With all batches but the one to fill in hand, none is on its way.
        var batches = new PacketBatch[BatchesMax - 1];
        for (int i = 0; i < batches.Length; i++)
        {
            batches[i] = _spare!.Take();
        }

        foreach (PacketBatch batch in batches)
        {
            _spare!.Add(batch);
        }

        _failure?.Throw();
    }

    /// <summary>Ends the second thread.</summary>
    public void Dispose()
    {
        if (_thread is not null)
        {
            _ready!.CompleteAdding();
            _thread.Join();
            _ready.Dispose();
            _spare!.Dispose();
        }
    }

    private void Run()
    {
        foreach (PacketBatch batch in _ready!.GetConsumingEnumerable())
        {
            // After a failure batches only go round, so that the other thread comes to hear of it.
            if (_failure is null)
            {
                try
                {
                    batch.Deliver(_sinks, _counters);
                }
#pragma warning disable CA1031 // It is thrown again on the thread that reads the capture.
                catch (Exception exception)
#pragma warning restore CA1031
                {
                    _failure = ExceptionDispatchInfo.Capture(exception);
                }
            }

            batch.Clear();
            _spare!.Add(batch);
        }
    }
}
