using System.Globalization;
using Trunkline.Core.Links;
using Trunkline.Core.Units;

namespace Trunkline.Core.Balancing.Rules;

/// <summary>How good each link is for a new flowlet: moving averages of its load and its queue, in bands.</summary>
/// <remarks>
/// The model of dynamic load balancing in switch chips, as SAI's ARS profile and Juniper's manuals describe it. Each
/// sampling interval the load since the last sample and the queue now enter averages of weight 1 ÷ W; each average falls
/// into a band, the highest for little load; the quality is their weighted mean. A share of 1 is <see cref="Unit"/>.
/// Integers of 64 bits.
/// </remarks>
internal sealed class LinkQuality
{
    /// <summary>A share of 1: a link used to its full speed, a queue as long as the longest that counts.</summary>
    private const long Unit = 1 << 16;
    private const long ShareMax = 16 * Unit;
    private const long ElapsedNsMax = 1L << 40;
    private const long Million = 1_000_000;

    private readonly Bundle _bundle;
    private readonly bool _isRelative;
    private readonly long _samplingNs;
    private readonly long _loadWeight;
    private readonly long _queueFullNs;
    private readonly long _loadKept;
    private readonly long _queueKept;

    // The upper end of each band but the last, from little to much.
    private readonly long[] _limits;
    private readonly long[] _psPerByte;
    private readonly long[] _loads;
    private readonly long[] _queues;
    private readonly long[] _bytes;
    private readonly long[] _qualities;
    private long _sampledNs;

    /// <exception cref="FormatException">The levels are no list of percentages that sum to 100.</exception>
    public LinkQuality(ParameterSet parameters, Bundle bundle)
    {
        _bundle = bundle;
        _samplingNs = parameters.Interval("sampling").Nanoseconds;
        _loadWeight = parameters["load-weight"];
        _queueFullNs = parameters.Interval("queue-full").Nanoseconds;
        _loadKept = Kept(parameters["load-average"]);
        _queueKept = Kept(parameters["queue-average"]);
        _limits = ReadLimits(parameters);
        _loads = new long[bundle.Count];
        _queues = new long[bundle.Count];
        _bytes = new long[bundle.Count];
        _qualities = new long[bundle.Count];
        _psPerByte = new long[bundle.Count];
        _isRelative = parameters.Flag("relative");
        OnLinkChange();
    }

    /// <summary>When <see cref="Sample"/> is due; <see cref="long.MinValue"/> before the first.</summary>
    public long SampleDueNs { get; private set; } = long.MinValue;

    /// <summary>Takes note that links may have other speeds now.</summary>
    public void OnLinkChange()
    {
        long fastest = long.MaxValue;
        for (int i = 0; i < _psPerByte.Length; i++)
        {
            _psPerByte[i] = _bundle.PicosecondsPerByte(i);
            fastest = Math.Min(fastest, _psPerByte[i]);
        }

        if (!_isRelative)
        {
            Array.Fill(_psPerByte, fastest);
        }
    }

    /// <summary>Quality of a link, as of the last sample: its bands' weighted mean in millionths, more is better.</summary>
    public long Of(int link) => _qualities[link];

    /// <summary>The best quality of the links that can be used.</summary>
    public long Best(ulong usable)
    {
        long best = long.MinValue;
        for (int i = 0; i < _qualities.Length; i++)
        {
            best = (usable >> i & 1) != 0 ? Math.Max(best, _qualities[i]) : best;
        }

        return best;
    }

    /// <summary>The best link: the current one when it is among the best, else one of them at random; −1 for none.</summary>
    public int Choose(int current, ulong usable, ref RandomSource random)
    {
        long best = Best(usable);
        ulong links = 0;
        for (int i = 0; i < _qualities.Length; i++)
        {
            links |= (usable >> i & 1) != 0 && _qualities[i] == best ? 1UL << i : 0;
        }

        return current >= 0 && (links >> current & 1) != 0 ? current : BitSet.Any(links, ref random);
    }

    /// <summary>Takes a sample of every link and judges it anew.</summary>
    public void Sample(long nowNs)
    {
        bool isFirst = SampleDueNs == long.MinValue;
        long elapsedNs = isFirst ? _samplingNs : Math.Clamp(nowNs - _sampledNs, _samplingNs, ElapsedNsMax);
        long samples = elapsedNs / _samplingNs;
        long loadKept = Power(_loadKept, samples);
        long queueKept = Power(_queueKept, samples);
        for (int i = 0; i < _loads.Length; i++)
        {
            long bytes = _bundle.Bytes(i);
            long sent = isFirst ? 0 : Math.Min(bytes - _bytes[i], long.MaxValue / 2 / _psPerByte[i]);
            _bytes[i] = bytes;
            long busyNs = Math.Min(sent * _psPerByte[i] / 1000, ElapsedNsMax);
            long queueNs = Math.Min(QueueNs(i, nowNs), ElapsedNsMax);
            _loads[i] = Average(_loads[i], Math.Min(busyNs * Unit / elapsedNs, ShareMax), loadKept);
            _queues[i] = Average(_queues[i], Math.Min(queueNs * Unit / _queueFullNs, ShareMax), queueKept);
            _qualities[i] = (_loadWeight * Band(_loads[i])) + ((Million - _loadWeight) * Band(_queues[i]));
        }

        _sampledNs = nowNs;
        SampleDueNs = nowNs + _samplingNs;
    }

    /// <summary>The queue as time at the speed that the judgement goes by.</summary>
    private long QueueNs(int link, long nowNs)
    {
        long own = _bundle.PicosecondsPerByte(link);
        long waitNs = Math.Min(_bundle.WaitNs(link, nowNs), ElapsedNsMax);
        return own == _psPerByte[link] ? waitNs : waitNs * 1000 / own * _psPerByte[link] / 1000;
    }

    private static long Average(long average, long sample, long kept) => sample + (((average - sample) * kept) >> 31);

    /// <summary>The band of a share, the highest for the least: bands less 1, less the limits that it has reached.</summary>
    private long Band(long share)
    {
        int low = 0;
        int high = _limits.Length;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (share >= _limits[middle])
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return _limits.Length - low;
    }

    /// <summary>What an average of weight 1 ÷ W keeps of itself at a sample, in 2⁻³¹.</summary>
    private static long Kept(long weight) => ((weight - 1) << 31) / weight;

    private static long Power(long kept, long exponent)
    {
        long power = 1L << 31;
        for (; exponent != 0 && power != 0; exponent >>= 1)
        {
            power = (exponent & 1) != 0 ? (power * kept) >> 31 : power;
            kept = (kept * kept) >> 31;
        }

        return power;
    }

    /// <summary>
    /// The bands' upper ends: the sums of the levels, or the best band up to the minimum, the worst from the maximum, and
    /// the others between them in equal steps.
    /// </summary>
    private static long[] ReadLimits(ParameterSet parameters)
    {
        string text = parameters.Text("levels");
        if (text.Length != 0)
        {
            return ReadLevels(text);
        }

        long minimum = parameters["minimum"];
        long maximum = parameters["maximum"];
        if (minimum >= maximum)
        {
            throw new FormatException($"minimum: {parameters.Text("minimum")} is not below the maximum {parameters.Text("maximum")}");
        }

        var limits = new long[parameters.Number("bands") - 1];
        for (int i = 0; i < limits.Length; i++)
        {
            long step = limits.Length == 1 ? 0 : (maximum - minimum) * i / (limits.Length - 1);
            limits[i] = Math.Max(1, (minimum + step) * Unit / Million);
        }

        return limits;
    }

    private static long[] ReadLevels(string text)
    {
        string[] pieces = text.Split(',', StringSplitOptions.TrimEntries);
        var limits = new long[pieces.Length];
        long sum = 0;
        for (int i = 0; i < pieces.Length; i++)
        {
            if (!int.TryParse(pieces[i], NumberStyles.None, CultureInfo.InvariantCulture, out int percent) || percent is < 1 or > 100)
            {
                throw new FormatException($"levels: \"{pieces[i]}\" is no whole percentage; write widths such as 5,5,10,15,15,25,25");
            }

            sum += percent;
            limits[i] = sum * Unit / 100;
        }

        return sum == 100 ? limits : throw new FormatException($"levels: the widths sum to {sum}, not to 100");
    }
}
