namespace Trunkline.Cli.Which.Devices;

/// <summary>Reads a bond: its state is in <c>/sys/class/net/NAME/bonding</c> (Documentation/networking/bonding.rst).</summary>
internal static class BondReader
{
    /// <summary>Reads the bond of a name.</summary>
    /// <returns>Null with a fault when no policy decides in it, or no slave can send.</returns>
    public static DeviceReading? Read(KernelState kernel, string device, out string fault)
    {
        fault = "";
        string folder = $"sys/class/net/{device}/bonding";
        string mode = kernel.Word($"{folder}/mode");
        string[] slaves = kernel.Text($"{folder}/slaves").Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (mode is not ("balance-xor" or "802.3ad"))
        {
            string active = kernel.Text($"{folder}/active_slave");
            fault = mode switch
            {
                "active-backup" => $"{device} is active-backup: everything takes {(active.Length > 0 ? active : "its one active slave")}, and no policy decides",
                "balance-rr" => $"{device} is balance-rr: each packet takes the next slave, and no policy decides",
                "broadcast" => $"{device} is broadcast: each packet takes every slave",
                _ => $"{device} is {mode}: its buckets move with the load, so no link can be named beforehand; --policy with --links shows the hash",
            };
            return null;
        }

        var members = new List<string>();
        var notes = new List<string>();
        string aggregator = mode == "802.3ad" ? kernel.Text($"{folder}/ad_aggregator") : "";
        foreach (string slave in slaves)
        {
            string own = $"sys/class/net/{slave}/bonding_slave";
            if (kernel.Text($"{own}/mii_status") is not ("up" or "") and string status)
            {
                notes.Add($"{slave} is left out: its link is {status}");
            }
            else if (mode == "802.3ad" && kernel.Text($"{own}/ad_aggregator_id") is string id && id != aggregator)
            {
                notes.Add($"{slave} is left out: it is in aggregator {id}, and {aggregator} is active");
            }
            else if (mode == "802.3ad" && kernel.Text($"{own}/state") is "backup")
            {
                notes.Add($"{slave} is left out: it is negotiating still");
            }
            else
            {
                members.Add(slave);
            }
        }

        if (members.Count == 0)
        {
            fault = $"{device} has no slave that can send{(notes.Count > 0 ? $" ({string.Join("; ", notes)})" : "")}";
            return null;
        }

        return new DeviceReading(
            $"{device}, {mode}",
            members,
            null,
            $"linux-bond/{kernel.Word($"{folder}/xmit_hash_policy")}",
            0,
            notes);
    }
}
