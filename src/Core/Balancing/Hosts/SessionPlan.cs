using Trunkline.Core.Striping.Sessions;
using Trunkline.Core.Units;

namespace Trunkline.Core.Balancing.Hosts;

/// <summary>How a connection is made of several sessions, each a TCP connection with a path of its own.</summary>
public sealed record SessionPlan
{
    /// <summary>Most sessions of one connection.</summary>
    public const int SessionsMax = 64;

    /// <summary>Sessions; 1 to <see cref="SessionsMax"/>.</summary>
    public required int Count { get; init; }

    /// <summary>What is divided, and how.</summary>
    public required SessionUse Use { get; init; }

    /// <summary>The label of each session's packets, both ways; empty where each has a source port of its own, which switches hash.</summary>
    public IReadOnlyList<PathLabel> Labels { get; init; } = [];

    /// <summary>How sessions are chosen for what is next.</summary>
    public SchedulingPolicy Scheduling { get; init; }

    /// <summary>How the sessions' congestion windows depend on each other.</summary>
    public WindowCoupling Coupling { get; init; }

    /// <summary>Of requests, where an application writes without saying what a request is: bytes of one.</summary>
    public int BlockBytes { get; init; } = 65_536;

    /// <summary>Of such requests: how many are under way at once.</summary>
    public int Depth { get; init; } = 32;

    /// <summary>Of shares: each session's part, in any unit; empty for equal parts.</summary>
    public IReadOnlyList<int> Shares { get; init; } = [];

    /// <summary>How often a slow session may be opened anew from another port; zero for never.</summary>
    public Interval Reopen { get; init; }

    /// <summary>Of that: slow is who carries less than so much of the mean, in parts per million.</summary>
    public int SlowPpm { get; init; }

    /// <summary>Labels of one path a session, in turn.</summary>
    /// <param name="sessions">Sessions.</param>
    /// <param name="first">The path of the first.</param>
    public static IReadOnlyList<PathLabel> Paths(int sessions, int first = 0) => [.. Enumerable.Range(first, sessions).Select(PathLabel.Path)];
}

/// <summary>What sessions carry of a connection.</summary>
public enum SessionUse
{
    /// <summary>One stream of bytes, in order at the far end whichever session brought them.</summary>
    Stream,

    /// <summary>Requests, each whole over one session; each session in order, all together in none.</summary>
    Requests,

    /// <summary>Each session data of its own, which no other carries.</summary>
    Shares,
}

/// <summary>How the congestion windows of sessions depend on each other.</summary>
public enum WindowCoupling
{
    /// <summary>Not at all.</summary>
    None,

    /// <summary>Linked increases (RFC 6356).</summary>
    Lia,

    /// <summary>Opportunistic linked increases (draft-khalili-mptcp-congestion-control).</summary>
    Olia,
}

/// <summary>What a flow is for.</summary>
public enum FlowUse
{
    /// <summary>A transfer of some size, as of a web server or a query.</summary>
    Transfer,

    /// <summary>A large flow: a copy, a backup, a migration.</summary>
    Bulk,

    /// <summary>A storage session: requests and answers.</summary>
    Storage,
}
