using System.Globalization;
using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;

namespace Trunkline.Core.Benchmarks;

/// <summary>The minimum, which nothing else on the machine disturbs, as a rate: million packets per second, or gigabits per second of packets of a size.</summary>
/// <param name="packetBytes">0 for packets per second.</param>
internal sealed class PacketRateColumn(int packetBytes) : IColumn
{
    public string Id => $"{nameof(PacketRateColumn)}{packetBytes}";

    public string ColumnName => packetBytes == 0 ? "Mpackets/s" : $"Gb/s at {packetBytes} B";

    public string Legend => "of one core, from the minimum";

    public bool AlwaysShow => true;

    public ColumnCategory Category => ColumnCategory.Custom;

    public int PriorityInCategory => packetBytes;

    public bool IsNumeric => true;

    public UnitType UnitType => UnitType.Dimensionless;

    public bool IsAvailable(Summary summary) => true;

    public bool IsDefault(Summary summary, BenchmarkCase benchmarkCase) => false;

    public string GetValue(Summary summary, BenchmarkCase benchmarkCase)
    {
        if (summary[benchmarkCase]?.ResultStatistics?.Min is not double nanoseconds)
        {
            return "?";
        }

        double rate = packetBytes == 0 ? 1_000 / nanoseconds : packetBytes * 8 / nanoseconds;
        return rate.ToString("0.0", CultureInfo.InvariantCulture);
    }

    public string GetValue(Summary summary, BenchmarkCase benchmarkCase, SummaryStyle style) => GetValue(summary, benchmarkCase);
}
