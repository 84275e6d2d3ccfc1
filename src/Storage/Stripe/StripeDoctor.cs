using System.Buffers.Binary;
using System.Security.Cryptography;
using Trunkline.Core.Striping.Stripe;
using Trunkline.Results;

namespace Trunkline.Storage.Stripe;

/// <summary>Tries every path to a serving end: alone, all together, and by pairs where paths seem to share a link.</summary>
/// <remarks>
/// It sends data of a flow that is not there, which the serving end acknowledges and drops: no target is reached, and nothing is
/// changed. What is measured is one direction, to the serving end, and is bounded by both ends' processors.
/// </remarks>
public static class StripeDoctor
{
    private const int PairsMax = 64;
    private const double SharedPart = 0.75;
    private static readonly TimeSpan AloneTime = TimeSpan.FromMilliseconds(700);
    private static readonly TimeSpan TogetherTime = TimeSpan.FromMilliseconds(1_500);

    /// <summary>Tries the paths.</summary>
    /// <param name="settings">Routes, sessions and keys; services are not used.</param>
    public static StripeDoctorResult Examine(ConnectSettings settings)
    {
        StripeIdentity? identity = settings.ReadIdentity?.Invoke();
        Span<byte> random = stackalloc byte[16];
        RandomNumberGenerator.Fill(random);
        (ulong high, ulong low) = (BinaryPrimitives.ReadUInt64BigEndian(random), BinaryPrimitives.ReadUInt64BigEndian(random[8..]));
        ProbeSession[] probes =
        [
            .. Enumerable.Range(0, settings.Sessions).Select(path => new ProbeSession(
                settings.Routes[path % settings.Routes.Count], identity, new StripeHello(high, low, path, settings.Sessions, true, StripeWelcome.Joined))),
        ];
        try
        {
            ProbeSession[] good = [.. probes.Where(p => p.Fault.Length == 0)];
            long[] alone = new long[probes.Length], together = new long[probes.Length];
            foreach (ProbeSession probe in good)
            {
                alone[probe.Path] = Measure([probe], AloneTime)[0];
            }

            long[] rates = good.Length > 0 ? Measure(good, TogetherTime) : [];
            for (int i = 0; i < good.Length; i++)
            {
                together[good[i].Path] = rates[i];
            }

            List<int>[] shares = FindShared(good, probes.Length, alone, together);
            return new StripeDoctorResult
            {
                TogetherBps = rates.Sum(),
                Paths = [.. probes.Select(p => p.Report(alone[p.Path], together[p.Path], shares[p.Path]))],
            };
        }
        finally
        {
            Array.ForEach(probes, p => p.Dispose());
        }
    }

    private static List<int>[] FindShared(ProbeSession[] good, int count, long[] alone, long[] together)
    {
        List<int>[] shares = [.. Enumerable.Range(0, count).Select(_ => new List<int>())];
        ProbeSession[] slowed = [.. good.Where(p => together[p.Path] < SharedPart * alone[p.Path])];
        int pairs = 0;
        for (int i = 0; i < slowed.Length; i++)
        {
            for (int j = i + 1; j < slowed.Length && pairs < PairsMax; j++, pairs++)
            {
                (int a, int b) = (slowed[i].Path, slowed[j].Path);
                if (Measure([slowed[i], slowed[j]], AloneTime).Sum() < SharedPart * (alone[a] + alone[b]))
                {
                    shares[a].Add(b);
                    shares[b].Add(a);
                }
            }
        }

        return shares;
    }

    /// <summary>What paths carry at the same time, in bits a second each.</summary>
    private static long[] Measure(ProbeSession[] probes, TimeSpan time)
    {
        long[] rates = new long[probes.Length];
        var threads = new Thread[probes.Length];
        for (int i = 0; i < probes.Length; i++)
        {
            int place = i;
            threads[i] = new Thread(() => rates[place] = probes[place].Send(time));
            threads[i].Start();
        }

        Array.ForEach(threads, t => t.Join());
        return rates;
    }
}
