using Trunkline.Testing.Guest;
using Trunkline.Testing.Packets;

namespace Trunkline.Cli.Tests.Which;

/// <summary>Bonds in every state that matters to <c>which --device</c>, on the real driver.</summary>
internal static class BondDeviceGuest
{
    /// <summary>Copies of a frame that are sent, so that LACP's own frames are not taken for one.</summary>
    private const int Copies = 50;

    /// <summary>Flows that differ in addresses and ports.</summary>
    public static IReadOnlyList<byte[]> Frames { get; } =
        [.. Enumerable.Range(0, 12).Select(i => Packet.Ipv4($"10.1.0.{7 * i}", "10.2.0.1").Udp((ushort)(5000 + i), 6000).ToFrame())];

    /// <summary>Makes the bonds one after the other and records each.</summary>
    public static SortedDictionary<string, BondRecording> Record(GuestKit kit)
    {
        var guest = new GuestMachine(kit) { Modules = ["bonding max_bonds=0", "veth"] };
        guest.AddFile("bin/send", FrameSender.Program("bond0", sightings: 0), isProgram: true);
        for (int i = 0; i < Frames.Count; i++)
        {
            guest.AddFile($"frames/{i}", FrameSender.Frames(Enumerable.Repeat(Frames[i], Copies)));
        }

        // A line of a recording, with the recording's name in front.
        var recordings = new SortedDictionary<string, BondRecording>(StringComparer.Ordinal);
        foreach (string line in guest.Run(Script).OrThrow().Output.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            string[] parts = line.Split(' ', 2);
            if (!recordings.TryGetValue(parts[0], out BondRecording? recording))
            {
                recordings[parts[0]] = recording = new BondRecording();
            }

            recording.Add(parts[1]);
        }

        return recordings;
    }

    // Cables are veth pairs: eth0 to eth3 are for the bond, far0 to far3 are the other ends. Members are enslaved out of
    // order, because the driver's table has them in the order in which they came.
    private static string Script { get; } =
        $$"""
        set -e
        sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1
        net=/sys/class/net
        for i in 0 1 2 3; do
            ip link add eth$i type veth
            ip link set veth0 name far$i
        done

        begin() { # name of the recording
            name=$1
            for bond in $(cat $net/bonding_masters); do echo -$bond > $net/bonding_masters; done
            for i in 0 1 2 3; do ip link set far$i up; done
        }

        bond() { # name, mode, policy, members
            bond=$1
            echo +$bond > $net/bonding_masters
            echo $2 > $net/$bond/bonding/mode
            echo $3 > $net/$bond/bonding/xmit_hash_policy
            echo 20 > $net/$bond/bonding/miimon
            [ $2 != 802.3ad ] || echo fast > $net/$bond/bonding/lacp_rate
            ip link set $bond up
            shift 3
            for member; do
                ip link set $member down
                echo +$member > $net/$bond/bonding/slaves
            done
        }

        wait_for() { # member, file, content
            until [ "$(cat $net/$1/bonding_slave/$2)" = "$3" ]; do usleep 10000; done
        }

        record() {
            read members < $net/bond0/bonding/slaves || true
            for file in mode slaves xmit_hash_policy active_slave mii_status ad_aggregator; do
                read content < $net/bond0/bonding/$file || true
                echo "$name sys/class/net/bond0/bonding/$file: $content"
            done
            for member in $members; do
                for file in mii_status state ad_aggregator_id; do
                    read content < $net/$member/bonding_slave/$file
                    echo "$name sys/class/net/$member/bonding_slave/$file: $content"
                done
            done
        }

        send_frames() {
            for frame in $(seq 0 {{Frames.Count - 1}}); do
                for member in $members; do read before_$member < $net/$member/statistics/tx_packets; done
                send < /frames/$frame > /dev/null
                taken=""
                for member in $members; do
                    read after < $net/$member/statistics/tx_packets
                    [ $((after - before_$member)) -lt {{Copies}} ] || taken="$taken$member"
                done
                echo "$name frame $frame: $taken"
            done
        }

        begin bond-xor
        bond bond0 balance-xor layer3+4 eth2 eth0 eth3 eth1
        ip link set far0 down
        wait_for eth0 mii_status down
        record
        send_frames

        name=bond-xor-delays
        echo 600000 > $net/bond0/bonding/updelay
        echo 600000 > $net/bond0/bonding/downdelay
        ip link set far0 up
        wait_for eth0 mii_status "going back"
        ip link set far3 down
        wait_for eth3 mii_status "going down"
        record
        send_frames

        begin bond-xor-down
        bond bond0 balance-xor vlan+srcmac eth2 eth0
        for i in 0 2; do ip link set far$i down; done
        for i in 0 2; do wait_for eth$i mii_status down; done
        record
        send_frames

        begin bond-xor-empty
        bond bond0 balance-xor layer2
        record

        # Two switches: eth2 and eth0 lead to one, eth3 to the other.
        begin bond-lacp
        bond bond0 802.3ad layer2+3 eth2 eth0 eth3 eth1
        bond bond1 802.3ad layer2 far2 far0
        bond bond2 802.3ad layer2 far3
        ip link set far1 down
        wait_for eth1 mii_status down
        until [ "$(cat $net/bond0/bonding/ad_num_ports)" = 2 ]; do usleep 10000; done
        wait_for eth2 state active
        wait_for eth0 state active
        record
        send_frames

        # The other end knows no LACP.
        begin bond-lacp-alone
        bond bond0 802.3ad encap3+4 eth2 eth0
        for i in 0 2; do wait_for eth$i mii_status up; done
        wait_for eth2 state active
        record
        send_frames

        for mode in balance-rr active-backup broadcast balance-tlb balance-alb; do
            begin bond-$mode
            bond bond0 $mode layer2 eth2 eth0
            ip link set far2 down
            wait_for eth2 mii_status down
            record
        done
        """;
}
