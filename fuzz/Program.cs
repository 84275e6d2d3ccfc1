using System.Globalization;
using Trunkline.Fuzz;
using Trunkline.Testing;

const string Usage =
    """
    Fuzz TARGET|all [--seconds N] [--seed N] [--input FILE] [--write-corpus]

      --seconds N      time for each target, behind the replay of its corpus (default 5)
      --seed N         the same seed makes the same inputs in the same order (default 1)
      --input FILE     feeds this one input and stops
      --write-corpus   writes the targets' seeds into fuzz/corpus and stops

    Exit status 0 without a finding, 1 with one (it lies in fuzz/findings), 2 for a wrong command line.
    """;

IFuzzTarget[] targets =
[
    .. typeof(IFuzzTarget).Assembly.GetTypes()
        .Where(type => type is { IsAbstract: false } && type.IsAssignableTo(typeof(IFuzzTarget)))
        .Select(type => (IFuzzTarget)Activator.CreateInstance(type)!)
        .OrderBy(target => target.Name, StringComparer.Ordinal),
];

if (args is ["-h" or "--help"])
{
    Console.WriteLine(Usage);
    return 0;
}

double seconds = 5;
int seed = 1;
string? input = null;
bool isWriting = false;
IFuzzTarget[] chosen = [.. targets.Where(target => args is [var name, ..] && (name == "all" || name == target.Name))];
if (chosen.Length == 0)
{
    return Fault(args is [] ? "no target" : $"no target \"{args[0]}\"");
}

for (int i = 1; i < args.Length; i++)
{
    string? value = i + 1 < args.Length ? args[i + 1] : null;
    switch (args[i])
    {
        case "--seconds" when double.TryParse(value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out seconds):
        case "--seed" when int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out seed):
            i++;
            break;
        case "--input" when File.Exists(value):
            input = value;
            i++;
            break;
        case "--write-corpus":
            isWriting = true;
            break;
        default:
            return Fault($"cannot use {args[i]} {value}");
    }
}

string corpus = RepositoryRoot.Combine("fuzz/corpus"), findings = RepositoryRoot.Combine("fuzz/findings");
bool isGood = true;
foreach (IFuzzTarget target in chosen)
{
    string folder = Path.Combine(corpus, target.Name);
    if (isWriting)
    {
        Directory.CreateDirectory(folder);
        foreach ((string name, byte[] bytes) in target.Seeds)
        {
            File.WriteAllBytes(Path.Combine(folder, $"{name}.bin"), bytes);
        }
    }
    else if (input is not null)
    {
        isGood &= new Fuzzer(target, corpus, findings).TryInput(File.ReadAllBytes(input));
    }
    else if (!Directory.Exists(folder))
    {
        return Fault($"{folder} is missing; write it with --write-corpus");
    }
    else
    {
        isGood &= new Fuzzer(target, corpus, findings).Run(TimeSpan.FromSeconds(seconds), seed);
    }
}

return isGood ? 0 : 1;

int Fault(string what)
{
    Console.Error.WriteLine($"fuzz: {what}; targets are {string.Join(", ", targets.Select(target => target.Name))}, all\n\n{Usage}");
    return 2;
}
