using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Trunkline.Analysis.Flows;

/// <summary>Has memory fetched that is soon needed, so that many waits for it overlap.</summary>
/// <remarks>
/// Changes nothing but the time that it takes. A processor goes on past a fetch at once, where it would hold a load until what it loads is
/// there, and with it all that comes behind. Elsewhere than on x86 a load has to do.
/// </remarks>
internal static unsafe class CacheLine
{
    /// <summary>Fetches a value, or loads it where that cannot be done.</summary>
    /// <returns>The value, or 0: to be added up, so that the load is not left out.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static long Fetch(ref readonly long value)
    {
        if (!Sse.IsSupported)
        {
            return value;
        }

        // A place that moves meanwhile is fetched in vain, and that is all.
        Sse.Prefetch0(Unsafe.AsPointer(ref Unsafe.AsRef(in value)));
        return 0;
    }

    /// <summary>Fetches a value where that can be done.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Prefetch(ref readonly uint value)
    {
        if (Sse.IsSupported)
        {
            Sse.Prefetch0(Unsafe.AsPointer(ref Unsafe.AsRef(in value)));
        }
    }
}
