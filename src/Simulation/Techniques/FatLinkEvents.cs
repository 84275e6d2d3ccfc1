using Trunkline.Core.Units;
using Trunkline.Scenarios.Model;

namespace Trunkline.Simulation.Techniques;

/// <summary>What happens to links, as it happens to fat ones: a member that fails takes its share of the speed along.</summary>
/// <remarks>So does one that loses every frame silently: that one port fails by halves is nothing that a faster port would do.</remarks>
internal static class FatLinkEvents
{
    /// <summary>The events of fat links.</summary>
    /// <param name="events">Those of their members, in time order.</param>
    /// <param name="links">The fat links.</param>
    public static IEnumerable<LinkEvent> Merge(IReadOnlyList<LinkEvent> events, IReadOnlyList<FatLink> links)
    {
        var states = links.ToDictionary(l => l, l => new[] { Direction.Of(l), Direction.Of(l) });
        foreach (LinkEvent what in events)
        {
            FatLink? fat = links.FirstOrDefault(l => l.Members.Any(m => IsOf(what, m)));
            if (fat is null)
            {
                continue;
            }

            if (fat.Members.Count == 1)
            {
                yield return what with { Bundle = fat.Bundle, Link = fat.Index };
                continue;
            }

            int member = fat.Members.FindIndex(m => IsOf(what, m));
            foreach (LinkDirections direction in (LinkDirections[])[LinkDirections.Forth, LinkDirections.Back])
            {
                if (what.Directions.HasFlag(direction))
                {
                    bool isBack = (direction == LinkDirections.Back) != fat.Members[member].IsReversed;
                    LinkDirections directions = isBack ? LinkDirections.Back : LinkDirections.Forth;
                    LinkEvent template = what with { Bundle = fat.Bundle, Link = fat.Index, Directions = directions };
                    foreach (LinkEvent merged in states[fat][isBack ? 1 : 0].Change(member, template))
                    {
                        yield return merged;
                    }
                }
            }
        }
    }

    private static bool IsOf(LinkEvent what, FatLinkMember member) => member.Bundle.Name == what.Bundle && member.Index == what.Link;

    /// <summary>How the members of a fat link are, in one direction.</summary>
    private sealed class Direction
    {
        private readonly Member[] _members;
        private readonly Interval _firstDelay;
        private readonly int _firstLoss;

        private Direction(Member[] members)
        {
            _members = members;
            _firstDelay = Delay();
            _firstLoss = Loss();
        }

        public static Direction Of(FatLink link) => new([.. link.Members.Select(m => new Member(m))]);

        private long Rate => _members.Where(m => m.IsUsable).Sum(m => m.Rate);

        /// <summary>Changes a member.</summary>
        /// <returns>What that is for the fat link.</returns>
        public IEnumerable<LinkEvent> Change(int index, LinkEvent what)
        {
            (long rate, int loss, Interval delay) = (Rate, Loss(), Delay());
            _members[index].Change(what);
            if (Rate == 0)
            {
                return rate == 0 ? [] : [what with { Kind = LinkEventKind.Down }];
            }

            var found = new List<LinkEvent>();
            if (rate == 0)
            {
                // With its carrier the link has its first delay and loss again.
                (delay, loss) = (_firstDelay, _firstLoss);
                found.Add(what with { Kind = LinkEventKind.Up });
            }

            if (Rate != rate)
            {
                found.Add(what with { Kind = LinkEventKind.Rate, Rate = new BitRate(Rate) });
            }

            if (Loss() != loss)
            {
                found.Add(what with { Kind = LinkEventKind.Loss, LossPpm = Loss() });
            }

            if (Delay() != delay)
            {
                found.Add(what with { Kind = LinkEventKind.Delay, Delay = Delay() });
            }

            return found;
        }

        private int Loss() => FatLink.MeanLossPpm(_members.Where(m => m.IsUsable).Select(m => (m.Rate, m.LossPpm)));

        private Interval Delay() => _members.Where(m => m.IsUsable).Select(m => m.Delay).DefaultIfEmpty().Min();
    }

    private sealed class Member
    {
        private readonly FatLinkMember _link;
        private bool _isDown;
        private bool _isSilent;

        public Member(FatLinkMember link)
        {
            _link = link;
            Renew();
        }

        public long Rate { get; private set; }

        public Interval Delay { get; private set; }

        public int LossPpm { get; private set; }

        public bool IsUsable => !_isDown && !_isSilent;

        public void Change(LinkEvent what)
        {
            switch (what.Kind)
            {
                case LinkEventKind.Down:
                    _isDown = true;
                    break;
                case LinkEventKind.Up:
                    _isDown = _isSilent = false;
                    Renew();
                    break;
                case LinkEventKind.Rate:
                    Rate = what.Rate.BitsPerSecond;
                    break;
                case LinkEventKind.Delay:
                    Delay = what.Delay;
                    break;
                case LinkEventKind.Loss:
                    (_isSilent, LossPpm) = (false, what.LossPpm);
                    break;
                default:
                    _isSilent = true;
                    break;
            }
        }

        private void Renew() => (Rate, Delay, LossPpm) = (_link.Link.Rate.BitsPerSecond, _link.Delay, _link.Link.LossPpm);
    }
}
