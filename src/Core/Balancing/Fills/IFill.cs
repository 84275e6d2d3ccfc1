using Trunkline.Core.Units;

namespace Trunkline.Core.Balancing.Fills;

/// <summary>Gives the buckets of a bundle their links, and says which bucket a hash falls into.</summary>
public interface IFill
{
    /// <summary>Buckets that there are now.</summary>
    int BucketCount { get; }

    /// <summary>The bucket of a hash, 0 to <see cref="BucketCount"/> − 1.</summary>
    int BucketOf(uint hash);

    /// <summary>The link that a bucket holds; <see cref="LinkId.None"/> when no link can be used.</summary>
    LinkId LinkOf(int bucket);

    /// <summary>Fills again after links of the bundle went or came back, moving what the scheme moves.</summary>
    void OnLinkChange();
}
