namespace Trunkline.Simulation.Tracing;

/// <summary>Asks for a trace of one run: the first technique that was asked for, with the first seed.</summary>
/// <param name="Place">A link (<c>uplinks/0</c>), a host or a switch; null for the first measured link.</param>
/// <param name="Output">Opens what the pcapng file goes to, when the run begins. Written by the thread that runs, until <see cref="Comparison.Run"/> returns.</param>
public sealed record FrameTraceOptions(string? Place, Func<Stream> Output);
