namespace Trunkline.Core.Striping;

/// <summary>What becomes of a packet that came to the far end of a stripe.</summary>
public enum StripeArrival
{
    /// <summary>It was kept, and comes out in its turn.</summary>
    Kept,

    /// <summary>It comes after it was given up: it was not kept, and is to be passed on now, out of order.</summary>
    Late,

    /// <summary>It was not kept and is to be dropped.</summary>
    Discard,
}
