namespace Trunkline.Analysis;

/// <summary>One frame of the capture as the statistics see it.</summary>
/// <param name="Entry">Its entry in the flow table.</param>
/// <param name="Bytes">Length on the wire.</param>
/// <param name="TimeNs">When; never before the frame before it: a clock that goes back is held.</param>
internal readonly record struct SeenPacket(int Entry, int Bytes, long TimeNs);

/// <summary>What an entry carried within a window, or a part of it.</summary>
/// <param name="Entry">The entry.</param>
/// <param name="Bytes">Bytes on the wire.</param>
internal readonly record struct ActiveEntry(int Entry, long Bytes);
