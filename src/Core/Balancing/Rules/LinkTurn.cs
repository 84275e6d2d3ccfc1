using Trunkline.Core.Balancing.Fills;
using Trunkline.Core.Links;

namespace Trunkline.Core.Balancing.Rules;

/// <summary>Goes round the links that can be used, each as often as its weight says.</summary>
internal struct LinkTurn
{
    private readonly Bundle _bundle;
    private sbyte[] _links;
    private int _next;

    /// <summary>Begins with the first link.</summary>
    public LinkTurn(Bundle bundle)
    {
        _bundle = bundle;
        _links = LinkShares.Turn(bundle);
    }

    /// <summary>The slots of one turn; −1 in the only one when no link can be used.</summary>
    public readonly ReadOnlySpan<sbyte> Links => _links;

    /// <summary>The next link; −1 when none can be used.</summary>
    public int Next()
    {
        int link = _links[_next];
        _next = _next + 1 == _links.Length ? 0 : _next + 1;
        return link;
    }

    /// <summary>Begins anew with the links that can be used now.</summary>
    public void OnLinkChange()
    {
        _links = LinkShares.Turn(_bundle);
        _next = 0;
    }
}
