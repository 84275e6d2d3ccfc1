using Trunkline.Core.Units;

namespace Trunkline.Core.Links;

/// <summary>How a bundle models its queues and estimates its load.</summary>
public sealed record BundleOptions
{
    /// <summary>Bytes that each link's virtual queue holds, the frame being sent included; null for no bound but 73 minutes' worth.</summary>
    public ByteCount? QueueMax { get; init; }

    /// <summary>How often the rate estimate is discounted: 1 µs to 10 ms.</summary>
    /// <remarks>With <see cref="LoadShift"/> it remembers period × 2^shift: 160 µs by default, as CONGA (SIGCOMM 2014, §3.2).</remarks>
    public Interval LoadPeriod { get; init; } = Interval.FromMicroseconds(20);

    /// <summary>Each period the estimate loses 2^−shift of itself: 1 to 8.</summary>
    public int LoadShift { get; init; } = 3;
}
