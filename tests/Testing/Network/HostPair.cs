using System.Net;

namespace Trunkline.Testing.Network;

/// <summary>Two hosts joined by parallel links, each link a network of its own.</summary>
/// <remarks>Link i is <c>link{i}</c> on both sides, 10.77.i.1 on the left and 10.77.i.2 on the right; fd77:i::1 and fd77:i::2 too.</remarks>
public sealed class HostPair : IDisposable
{
    /// <summary>Builds it.</summary>
    /// <param name="links">How many links, 1 to 16.</param>
    /// <param name="options">What each is like; names and addresses are set here.</param>
    /// <exception cref="InvalidOperationException">The kernel refused; nothing is left behind.</exception>
    public HostPair(int links, ShapedVethOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(links);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(links, 16);
        LinkCount = links;
        Left = new NetworkNamespace();
        try
        {
            Right = new NetworkNamespace();
            for (int link = 0; link < links; link++)
            {
                Connect(link, options);
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>How many links there are.</summary>
    public int LinkCount { get; }

    /// <summary>The host whose addresses end in 1.</summary>
    public NetworkNamespace Left { get; }

    /// <summary>The host whose addresses end in 2.</summary>
    public NetworkNamespace Right { get; } = null!;

    /// <summary>The left host's IPv4 address on a link.</summary>
    public static IPAddress LeftAddress(int link) => IPAddress.Parse($"10.77.{link}.1");

    /// <summary>The right host's IPv4 address on a link.</summary>
    public static IPAddress RightAddress(int link) => IPAddress.Parse($"10.77.{link}.2");

    /// <inheritdoc />
    public void Dispose()
    {
        Left.Dispose();
        Right?.Dispose();
    }

    private void Connect(int link, ShapedVethOptions options)
    {
        string name = $"link{link}";
        ShapedVeth.Connect(Left, Right, options with
        {
            LeftName = name,
            RightName = name,
            LeftAddress = $"{LeftAddress(link)}/24",
            RightAddress = $"{RightAddress(link)}/24",
        });
        Command.Check("ip", "-netns", Left.Name, "address", "add", $"fd77:{link:x}::1/64", "dev", name, "nodad");
        Command.Check("ip", "-netns", Right.Name, "address", "add", $"fd77:{link:x}::2/64", "dev", name, "nodad");
    }
}
