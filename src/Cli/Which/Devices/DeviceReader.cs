namespace Trunkline.Cli.Which.Devices;

/// <summary>Reads a bond, a nexthop group or a multipath route from the running kernel.</summary>
/// <param name="kernel">The kernel, or a picture of one.</param>
internal sealed class DeviceReader(KernelState kernel)
{
    /// <summary>Reads the running kernel.</summary>
    public static DeviceReader OfThisHost() => new(KernelState.OfThisHost);

    /// <summary>Reads <c>bond0</c>, <c>nexthop/10</c> or <c>route/10.0.0.0/8</c>.</summary>
    /// <param name="device">Its name.</param>
    /// <param name="ipVersion">Of the packets to send, 4 or 6; 0 where it is not known.</param>
    /// <param name="fault">What is wrong and what to write.</param>
    /// <returns>What it says; null with a fault.</returns>
    public DeviceReading? Read(string device, int ipVersion, out string fault)
    {
        fault = "";
        if (device.Length == 0 || device.Any(char.IsControl))
        {
            fault = "that is no device's name; write a bond (bond0), nexthop/ID or route/PREFIX";
            return null;
        }

        if (device.StartsWith("nexthop/", StringComparison.Ordinal))
        {
            return NexthopGroupReader.Read(kernel, device["nexthop/".Length..], ipVersion, out fault);
        }

        if (device.StartsWith("route/", StringComparison.Ordinal))
        {
            return RouteReader.Read(kernel, device["route/".Length..], ipVersion, out fault);
        }

        string name = Path.GetFileName(device);
        if (name.Length == 0 || !kernel.HasFolder($"sys/class/net/{name}"))
        {
            fault = $"no device \"{device}\" on this host; write a bond (bond0), nexthop/ID or route/PREFIX";
            return null;
        }

        if (!kernel.HasFolder($"sys/class/net/{name}/bonding"))
        {
            fault = $"{device} is no bond (it has no bonding folder in sysfs); write a bond, nexthop/ID or route/PREFIX, or say it by hand with --policy and --links";
            return null;
        }

        return BondReader.Read(kernel, name, out fault);
    }
}
