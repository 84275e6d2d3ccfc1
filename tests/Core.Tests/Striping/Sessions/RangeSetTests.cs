using Trunkline.Core.Striping.Sessions;
using Trunkline.Core.Units;
using Trunkline.Testing;

namespace Trunkline.Core.Tests.Striping.Sessions;

public sealed class RangeSetTests
{
    [Fact]
    public void Add_OutOfOrder_HoldsUntilTheHoleIsFilled()
    {
        var set = new RangeSet();
        Assert.Equal(10, set.Add(20, 30));
        Assert.Equal(10, set.Add(40, 50));
        Assert.Equal((0, 2, 20), (set.Next, set.Count, set.HeldBytes));

        // Joins both, and 5 of each were there.
        Assert.Equal(10, set.Add(25, 45));
        Assert.Equal((1, 30), (set.Count, set.HeldBytes));
        Assert.True(set.Contains(20, 50));
        Assert.False(set.Contains(19, 21));

        Assert.Equal(20, set.Add(0, 20));
        Assert.Equal((50, 0, 0), (set.Next, set.Count, set.HeldBytes));
        Assert.Equal(0, set.Add(10, 50));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Add_AtRandom_IsWhatASetOfBytesIs(ulong seed)
    {
        var random = new RandomSource(seed);
        var set = new RangeSet();
        var bytes = new HashSet<long>();
        for (int i = 0; i < 3000; i++)
        {
            long start = set.Next + (long)random.Below(200) - 20;
            long end = start + random.Below(15);
            (start, end) = (Math.Max(0, start), Math.Max(0, end));
            int before = bytes.Count;
            for (long b = start; b < end; b++)
            {
                bytes.Add(b);
            }

            Assert.Equal(bytes.Count - before, set.Add(start, end));
            Assert.Equal(bytes.Count, set.Next + set.HeldBytes);
            Assert.DoesNotContain(set.Next, bytes);
            Assert.Equal(bytes.Contains(start + 30), set.Contains(start + 30, start + 31));
        }
    }

    [Fact]
    public void Add_OnceItHasGrown_TakesNoMemory()
    {
        var set = new RangeSet();
        long next = 0;
        AllocationAssert.None(() =>
        {
            // Every other, then those between.
            for (int i = 0; i < 10; i++)
            {
                set.Add(next + (2 * i) + 1, next + (2 * i) + 2);
            }

            for (int i = 0; i < 10; i++)
            {
                set.Add(next + (2 * i), next + (2 * i) + 1);
            }

            next += 20;
        });
    }
}
