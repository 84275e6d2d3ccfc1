using Trunkline.Scenarios.Model;

namespace Trunkline.Simulation.Sources;

/// <summary>Numbers everything that has an address: each host, and behind it its guests.</summary>
internal sealed class Endpoints
{
    private readonly int[] _first;
    private readonly int[] _guests;

    /// <summary>Numbers the hosts of a scenario.</summary>
    public Endpoints(Scenario scenario)
    {
        _guests = [.. scenario.Hosts.Select(h => h.Guests)];
        _first = new int[_guests.Length];
        for (int i = 1; i < _first.Length; i++)
        {
            _first[i] = _first[i - 1] + 1 + _guests[i - 1];
        }
    }

    /// <summary>The host's own address, or that of one of its guests.</summary>
    /// <param name="host">The host.</param>
    /// <param name="flow">Counts up from flow to flow, so that the guests take turns.</param>
    public int Of(int host, uint flow) => _guests[host] == 0 ? _first[host] : _first[host] + 1 + (int)(flow % (uint)_guests[host]);

    /// <summary>The host's own address.</summary>
    public int Own(int host) => _first[host];
}
