using Trunkline.Core.Balancing.Hosts;
using Trunkline.Simulation.Engine;

namespace Trunkline.Simulation.Sources;

/// <summary>What makes traffic: opens connections and gives them something to send.</summary>
internal abstract class TrafficSource
{
    /// <summary>Its index among the scenario's traffic.</summary>
    public required int Traffic { get; init; }

    /// <summary>The simulator that it is part of.</summary>
    public required Simulator Simulator { get; init; }

    /// <summary>What its flows are for.</summary>
    public virtual FlowUse Use => FlowUse.Transfer;

    /// <summary>Its large flows, of which results tell each by itself.</summary>
    public virtual IReadOnlyList<Connection> Elephants => [];

    /// <summary>The run begins.</summary>
    public abstract void OnStart();

    /// <summary>A time has come that it asked for.</summary>
    /// <param name="tag">What it said when it asked.</param>
    public abstract void OnTimer(int tag);

    /// <summary>A connection delivered as much as it was to be told of.</summary>
    public virtual void OnDelivered(Connection connection)
    {
    }

    /// <summary>All that a closed connection had was acknowledged.</summary>
    public virtual void OnDone(Connection connection)
    {
    }
}
