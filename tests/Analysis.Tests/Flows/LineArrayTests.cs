using System.Runtime.CompilerServices;
using Trunkline.Analysis.Flows;
using Trunkline.Core.Units;

namespace Trunkline.Analysis.Tests.Flows;

public class LineArrayTests
{
    [Fact]
    public void Elements_WrittenInAnyOrder_AreThoseOfAPlainArray()
    {
        const int Length = 100_000;
        var array = new LineArray<FlowRecord>(Length);
        var plain = new ChunkedArray<FlowRecord>(Length);
        for (int i = 0; i < 50_000; i++)
        {
            int index = (int)(RandomSource.Mix((ulong)i) % Length);
            array.Reach(index).Addresses += (ulong)i;
            plain.Reach(index).Addresses += (ulong)i;
            array[index].FirstNs = i;
            plain[index].FirstNs = i;
        }

        GC.Collect();
        for (int i = 0; i < 50_000; i++)
        {
            int index = (int)(RandomSource.Mix((ulong)i) % Length);
            Assert.Equal(plain[index], array[index]);
        }
    }

    [Fact]
    public unsafe void Elements_AreLinesOfTheCaches()
    {
        var array = new LineArray<FlowRecord>(1 << 20);
        foreach (int index in (int[])[0, 1, 16_383, 16_384, (1 << 20) - 1])
        {
            Assert.Equal(0, (nint)Unsafe.AsPointer(ref array.Reach(index)) & 63);
        }
    }

    [Fact]
    public void Elements_OfAnotherSize_AreRefused() => Assert.Throws<ArgumentOutOfRangeException>(() => new LineArray<long>(1));

    [Fact]
    public void Index_OutOfRange_Throws()
    {
        var array = new LineArray<FlowRecord>(1 << 14);

        Assert.Throws<IndexOutOfRangeException>(() => array.Reach(1 << 14));
        Assert.Throws<NullReferenceException>(() => array[5].Entry);
    }
}
