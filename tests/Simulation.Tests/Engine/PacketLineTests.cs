using Trunkline.Core.Units;
using Trunkline.Simulation.Engine;

namespace Trunkline.Simulation.Tests.Engine;

public sealed class PacketLineTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Lines_OfOnePool_AreFirstInFirstOut(ulong seed)
    {
        var pool = new PacketPool();
        var lines = new PacketLine[7];
        var expected = new Queue<int>[lines.Length];
        for (int i = 0; i < lines.Length; i++)
        {
            (lines[i], expected[i]) = (new PacketLine(), new Queue<int>());
        }

        var random = new RandomSource(seed);
        for (int step = 0; step < 200_000; step++)
        {
            int line = (int)random.Below((uint)lines.Length);

            // Lines grow in one half of the steps and shrink in the other.
            bool isAdded = random.Below(100) < ((step / 10_000 % 2) == 0 ? 60u : 40u);
            if (isAdded)
            {
                lines[line].Add(pool) = new Packet { Index = step };
                expected[line].Enqueue(step);
            }
            else if (expected[line].TryDequeue(out int first))
            {
                Assert.Equal(first, lines[line].First(pool).Index);
                lines[line].RemoveFirst(pool);
            }

            Assert.Equal(expected[line].Count, lines[line].Count);
        }

        for (int line = 0; line < lines.Length; line++)
        {
            int place = -1;
            foreach (int index in expected[line])
            {
                place = lines[line].PlaceAfter(pool, place);
                Assert.Equal(index, pool[place].Index);
            }
        }
    }
}
