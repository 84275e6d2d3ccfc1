using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Trunkline.Core.Wire;
using Trunkline.Testing;

namespace Trunkline.Core.Tests.Balancing.Policies.Judges;

/// <summary>Open vSwitch itself, started for the test alone, names the buckets that <c>ovs/slb</c> says.</summary>
[Trait("Needs", "ovs")]
public sealed class OvsJudgeTests
{
    private const int Questions = 300;

    [Fact]
    public void BondHash_OfRandomMacsVlansAndBases_IsTheBucketOfSlb()
    {
        using var vSwitch = new PrivateSwitch();
        var random = new Random(1);
        string? policy = null;
        for (int i = 0; i < Questions; i++)
        {
            ulong mac = (ulong)random.NextInt64(1L << 48) & 0xfeffffffffff;
            ushort vlan = random.Next(4) == 0 ? (ushort)0 : (ushort)random.Next(1, 4096);
            uint basis = random.Next(3) == 0 ? 0 : (uint)random.NextInt64(1L << 32);
            PacketHeaders packet = Frames.WithMac(Frames.A, mac);
            packet = vlan == 0 ? packet : Frames.Tagged(packet, vlan);

            uint bucket = vSwitch.BondHash(mac, vlan, basis);

            // Which of its two families a build has is not for us to say, but it has one.
            policy ??= Frames.Hash($"ovs/slb:basis={basis}", packet) % 256 == bucket ? "ovs/slb" : "ovs/slb-sse42";
            Assert.Equal(Frames.Hash($"{policy}:basis={basis}", packet) % 256, bucket);
        }
    }

    /// <summary>An ovs-vswitchd without a database, a kernel data path or a network, in a folder of its own.</summary>
    private sealed class PrivateSwitch : IDisposable
    {
        private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(10);

        private readonly DirectoryInfo _folder;
        private readonly RunningCommand _process;
        private readonly Socket _control = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        private readonly byte[] _answer = new byte[4096];

        public PrivateSwitch()
        {
            Require.Program("ovs-vswitchd");
            _folder = Directory.CreateTempSubdirectory("trunkline-ovs-");
            string socket = Path.Combine(_folder.FullName, "control");
            _process = new RunningCommand("ovs-vswitchd", ["--disable-system", $"--unixctl={socket}", $"unix:{socket}.none"]);
            var clock = Stopwatch.StartNew();
            while (!TryConnect(socket))
            {
                if (clock.Elapsed > StartLimit || !_process.IsRunning)
                {
                    string printed = _process.Printed;
                    Dispose();
                    throw new InvalidOperationException($"ovs-vswitchd did not open its control socket: {printed}");
                }

                Thread.Sleep(10);
            }
        }

        /// <summary>Asks as <c>ovs-appctl bond/hash MAC VLAN BASIS</c> does.</summary>
        public uint BondHash(ulong mac, ushort vlan, uint basis)
        {
            string hex = mac.ToString("x12", CultureInfo.InvariantCulture);
            string address = string.Join(':', hex.Chunk(2).Select(c => new string(c)));
            _control.Send(Encoding.ASCII.GetBytes(string.Create(
                CultureInfo.InvariantCulture, $$"""{"id":0,"method":"bond/hash","params":["{{address}}","{{vlan}}","{{basis}}"]}""")));
            int length = _control.Receive(_answer);
            using var answer = JsonDocument.Parse(_answer.AsMemory(0, length));
            return uint.Parse(answer.RootElement.GetProperty("result").GetString()!, CultureInfo.InvariantCulture);
        }

        public void Dispose()
        {
            _control.Dispose();
            _process.Dispose();
            _folder.Delete(recursive: true);
        }

        private bool TryConnect(string path)
        {
            try
            {
                _control.Connect(new UnixDomainSocketEndPoint(path));
                return true;
            }
            catch (SocketException)
            {
                return false;
            }
        }
    }
}
