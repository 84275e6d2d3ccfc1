using Trunkline.Core.Units;

namespace Trunkline.Core.Balancing;

/// <summary>A checked value for every parameter of a technique: what was written, else the preset's, else the default.</summary>
public sealed class ParameterSet
{
    private readonly Dictionary<string, (ParameterDescriptor Descriptor, string Text, long Value)> _values;

    private ParameterSet(Dictionary<string, (ParameterDescriptor, string, long)> values) => _values = values;

    /// <summary>Binds what was written to the parameters that a technique has.</summary>
    /// <param name="subject">The technique as the user wrote it; begins every fault.</param>
    /// <param name="parameters">The parameters that there are.</param>
    /// <param name="preset">Values that come before the defaults; null for none.</param>
    /// <param name="written">Names and values as written, each name once.</param>
    /// <param name="faults">Every fault found is added, one line each.</param>
    /// <returns>The set; with faults, the faulty parameters have their defaults.</returns>
    public static ParameterSet Bind(
        string subject,
        IReadOnlyList<ParameterDescriptor> parameters,
        IReadOnlyDictionary<string, string>? preset,
        IEnumerable<KeyValuePair<string, string>> written,
        ICollection<string> faults)
    {
        var values = new Dictionary<string, (ParameterDescriptor, string, long)>();
        foreach (ParameterDescriptor parameter in parameters)
        {
            string text = preset?.GetValueOrDefault(parameter.Name) ?? parameter.Default;
            if (parameter.TryRead(text, out long value) is string wrong)
            {
                throw new InvalidOperationException($"{subject}: the preset's or default {parameter.Name}: {wrong}");
            }

            values[parameter.Name] = (parameter, text, value);
        }

        var seen = new HashSet<string>();
        foreach ((string name, string text) in written)
        {
            if (!seen.Add(name))
            {
                faults.Add($"{subject}: {name} stands twice; write it once");
            }
            else if (!values.TryGetValue(name, out (ParameterDescriptor Descriptor, string, long) known))
            {
                string have = values.Count == 0 ? "it has none" : $"it has {string.Join(", ", values.Keys)}";
                faults.Add($"{subject}: no parameter \"{name}\"; {have}");
            }
            else if (known.Descriptor.TryRead(text, out long value) is string wrong)
            {
                faults.Add($"{subject}: {name}: {wrong}");
            }
            else
            {
                values[name] = (known.Descriptor, text, value);
            }
        }

        return new ParameterSet(values);
    }

    /// <summary>Makes what a name stands for from its parameters as written.</summary>
    /// <param name="name">The name, taken apart.</param>
    /// <param name="descriptor">What it stands for.</param>
    /// <param name="preset">The preset that it names; null for none.</param>
    /// <param name="create">Makes it; throws <see cref="FormatException"/> with what to write when parameters do not go together.</param>
    /// <param name="faults">Every fault found is added, one line each.</param>
    /// <returns>Null when there are faults.</returns>
    internal static T? Make<T>(
        TechniqueName.Part name,
        TechniqueDescriptor descriptor,
        PresetDescriptor? preset,
        Func<ParameterSet, T> create,
        ICollection<string> faults)
        where T : class
    {
        int before = faults.Count;
        ParameterSet parameters = Bind(name.Name, descriptor.Parameters, preset?.Values, name.Parameters, faults);
        try
        {
            return faults.Count == before ? create(parameters) : null;
        }
        catch (FormatException wrong)
        {
            faults.Add($"{name.Name}: {wrong.Message}");
            return null;
        }
    }

    /// <summary>The defaults of a technique's parameters, with some replaced; for code, which makes no mistakes.</summary>
    /// <exception cref="ArgumentException">A name or value is not the technique's.</exception>
    public static ParameterSet Of(IReadOnlyList<ParameterDescriptor> parameters, params (string Name, string Value)[] written)
    {
        var faults = new List<string>();
        ParameterSet set = Bind("parameters", parameters, null, written.Select(w => KeyValuePair.Create(w.Name, w.Value)), faults);
        return faults.Count == 0 ? set : throw new ArgumentException(string.Join("; ", faults), nameof(written));
    }

    /// <summary>Names and values as text, in the technique's order.</summary>
    public IEnumerable<KeyValuePair<string, string>> Values => _values.Select(v => KeyValuePair.Create(v.Key, v.Value.Text));

    /// <summary>The value in the base unit of its kind.</summary>
    public long this[string name] => _values[name].Value;

    /// <summary>A whole number that fits 32 bits; the range sees to it.</summary>
    public int Number(string name) => checked((int)_values[name].Value);

    /// <summary>A time.</summary>
    public Interval Interval(string name) => new(_values[name].Value);

    /// <summary>A flag.</summary>
    public bool Flag(string name) => _values[name].Value != 0;

    /// <summary>The value as text: of a choice its word.</summary>
    public string Text(string name) => _values[name].Text;
}
