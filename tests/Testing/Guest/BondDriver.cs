using System.Globalization;

namespace Trunkline.Testing.Guest;

/// <summary>The bonding driver of Linux as a judge: hands frames to a bond in a guest and tells which member took each.</summary>
/// <remarks>
/// The frames come from a station behind a bridge of which the bond is a port, as those of a virtual machine do: so the
/// kernel takes their VLAN tags off as it receives them. The members are dummies, enslaved one after the other, so a
/// member's number is its place in the driver's table.
/// </remarks>
public sealed class BondDriver
{
    // Pairwise prime and with a product above 2^32, so that the members chosen determine the hash.
    private static readonly int[] Moduli = [3, 5, 7, 8, 11, 13, 17, 19, 23, 29];

    private readonly Dictionary<(string Policy, int Members), int[]> _members = [];

    private BondDriver(TimeSpan bootTime, TimeSpan time) => (BootTime, Time) = (bootTime, time);

    /// <summary>The driver's <c>xmit_hash_policy</c> settings.</summary>
    public static IReadOnlyList<string> Policies { get; } = ["layer2", "layer2+3", "layer3+4", "encap2+3", "encap3+4", "vlan+srcmac"];

    /// <summary>The sizes of bond that were tried.</summary>
    public static IReadOnlyList<int> MemberCounts { get; } = [2, 3, 4, 5, 7, 8, 11, 13, 17, 19, 23, 29];

    /// <summary>How long the guest took to boot.</summary>
    public TimeSpan BootTime { get; }

    /// <summary>How long all of it took.</summary>
    public TimeSpan Time { get; }

    /// <summary>Sends every frame once for each policy and size of bond.</summary>
    /// <param name="kit">The guest.</param>
    /// <param name="frames">Ethernet frames that a bridge floods: to a unicast address that is not its own.</param>
    public static BondDriver Ask(GuestKit kit, IReadOnlyList<byte[]> frames)
    {
        var guest = new GuestMachine(kit) { Modules = ["bonding max_bonds=0", "dummy numdummies=0", "veth", "bridge"] };
        // Station, port of the bridge, bond and member see a frame.
        guest.AddFile("bin/send", FrameSender.Program("station", sightings: 4), isProgram: true);
        guest.AddFile("frames", FrameSender.Frames(frames));
        GuestResult result = guest.Run(
            $"""
            set -e
            # Nothing but the frames may pass.
            sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1
            echo +bond0 > /sys/class/net/bonding_masters
            cd /sys/class/net/bond0/bonding
            echo balance-xor > mode
            echo 100 > miimon
            ip link add station type veth
            brctl addbr bridge
            echo 0 > /sys/class/net/bridge/bridge/multicast_snooping
            brctl addif bridge veth0
            brctl addif bridge bond0
            echo 0 > /sys/class/net/veth0/brport/learning
            for device in station veth0 bond0 bridge; do ip link set $device up; done
            members=0
            for count in {string.Join(' ', MemberCounts)}; do
                while [ $members -lt $count ]; do
                    ip link add member$members type dummy
                    echo +member$members > slaves
                    members=$((members + 1))
                done
                # Until the bridge forwards.
                while [ $(cat ../brport/state) != 3 ]; do usleep 10000; done
                for policy in {string.Join(' ', Policies)}; do
                    echo $policy > xmit_hash_policy
                    echo $policy $count $(cat /sys/class/net/member0/ifindex) $(send < /frames | xxd -p -c 65536)
                done
            done
            """).OrThrow();

        var driver = new BondDriver(result.BootTime, result.Time);
        foreach (string line in result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            driver.Read(line, frames.Count);
        }

        return driver;
    }

    /// <summary>The member that took a frame.</summary>
    public int Member(string policy, int members, int frame) => _members[(policy, members)][frame];

    /// <summary>The hash by which the driver chose, put together from its choices among different numbers of members.</summary>
    /// <exception cref="InvalidOperationException">They are not the remainders of one 32-bit number.</exception>
    public uint Hash(string policy, int frame)
    {
        ulong hash = 0, step = 1;
        foreach (int members in Moduli)
        {
            while ((int)(hash % (ulong)members) != Member(policy, members, frame))
            {
                hash += step;
            }

            step *= (ulong)members;
        }

        bool isHash = hash <= uint.MaxValue && MemberCounts.All(n => (int)(hash % (ulong)n) == Member(policy, n, frame));
        return isHash ? (uint)hash : throw new InvalidOperationException($"{policy}: frame {frame} was not placed by hash modulo members");
    }

    // "layer3+4 8 4 0405…": the index of member 0, and of the member that took each frame.
    private void Read(string line, int frames)
    {
        string[] words = line.Split(' ');
        int count = int.Parse(words[1], CultureInfo.InvariantCulture);
        int first = int.Parse(words[2], CultureInfo.InvariantCulture);
        int[] taken = [.. Convert.FromHexString(words.ElementAtOrDefault(3) ?? "").Select(index => index - first)];
        if (taken.Length != frames || taken.Any(member => member < 0 || member >= count))
        {
            throw new InvalidOperationException($"the guest sent {taken.Length} of {frames} frames, or not by the members: {line[..Math.Min(line.Length, 200)]}");
        }

        _members[(words[0], count)] = taken;
    }
}
