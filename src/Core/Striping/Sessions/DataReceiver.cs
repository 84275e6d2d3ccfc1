namespace Trunkline.Core.Striping.Sessions;

/// <summary>The receiving end of one ordered stream over several sessions: holds what comes before its turn.</summary>
/// <remarks>What it holds is bounded by the sender's window. Told everything; no I/O; one thread. Holds no data, only places.</remarks>
public sealed class DataReceiver
{
    private readonly RangeSet _arrived = new();

    /// <summary>Bytes handed to the application, in order.</summary>
    public long DeliveredBytes => _arrived.Next;

    /// <summary>Bytes that wait for others before them.</summary>
    public long HeldBytes => _arrived.HeldBytes;

    /// <summary>Bytes that had arrived before, over another session.</summary>
    public long DuplicateBytes { get; private set; }

    /// <summary>A session delivered bytes.</summary>
    /// <returns>How many can be handed to the application now.</returns>
    public long OnData(DataRange range)
    {
        long before = _arrived.Next;
        DuplicateBytes += range.Bytes - _arrived.Add(range.Start, range.End);
        return _arrived.Next - before;
    }
}
