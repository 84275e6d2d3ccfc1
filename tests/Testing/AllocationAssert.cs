using Xunit;

namespace Trunkline.Testing;

/// <summary>Holds the hot path to allocating nothing.</summary>
public static class AllocationAssert
{
    private const int WarmUpCalls = 50;
    private const int MeasuredCalls = 1_000;

    // A collection that another thread causes retires this thread's allocation buffer, whose rest then counts as allocated.
    private const int Attempts = 3;

    /// <summary>Fails when calls of an action allocate on this thread, once it is warm.</summary>
    /// <param name="action">What runs for each packet; called some thousand times.</param>
    public static void None(Action action)
    {
        for (int i = 0; i < WarmUpCalls; i++)
        {
            action();
        }

        long allocated = 1;
        for (int attempt = 0; attempt < Attempts && allocated != 0; attempt++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < MeasuredCalls; i++)
            {
                action();
            }

            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        }

        Assert.True(allocated == 0, $"allocated {allocated} bytes in {MeasuredCalls} calls");
    }
}
