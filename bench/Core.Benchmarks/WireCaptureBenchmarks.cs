using BenchmarkDotNet.Attributes;
using Trunkline.Core.Flows;
using Trunkline.Core.Wire;
using Trunkline.Testing.Packets;

namespace Trunkline.Core.Benchmarks;

/// <summary>What it costs to take a frame out of a capture, and to name and number its flow.</summary>
public class WireCaptureBenchmarks
{
    private const int Packets = 256;

    private byte[] _file = [];
    private HeaderFields[] _fields = [];

    [GlobalSetup]
    public void Setup()
    {
        byte[][] frames = [.. Enumerable.Range(0, Packets).Select(i => Packet.Ipv4($"10.0.1.{i}", "10.0.0.2").Tcp((ushort)(50_000 + i), 443).ToFrame())];
        _file = CaptureFile.Write(LinkType.Ethernet, frames);
        _fields = [.. frames.Select(FieldsOf)];
    }

    [Benchmark(OperationsPerInvoke = Packets)]
    public int PcapRecord()
    {
        int sum = 0;
        ReadOnlySpan<byte> rest = _file;
        PcapReader.TryOpen(rest, out PcapReader reader, out int consumed);
        while (reader.TryRead(rest = rest[consumed..], out CaptureRecord record, out consumed) == CaptureStatus.Ok)
        {
            sum += record.Frame.Length;
        }

        return sum;
    }

    [Benchmark(OperationsPerInvoke = Packets)]
    public int FlowKeyAndHash()
    {
        int sum = 0;
        foreach (ref readonly HeaderFields fields in _fields.AsSpan())
        {
            FlowKey.TryFrom(in fields, out FlowKey key);
            sum += key.GetHashCode();
        }

        return sum;
    }

    private static HeaderFields FieldsOf(byte[] frame)
    {
        PacketHeaders headers = default;
        HeaderParser.Parse(LinkType.Ethernet, frame, ref headers);
        return headers.Outer;
    }
}
