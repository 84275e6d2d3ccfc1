using System.Diagnostics;
using System.Text.Json;

namespace Trunkline.Cli.Which.Devices;

/// <summary>Where the kernel tells of its devices: files in <c>/sys</c> and <c>/proc</c>, and iproute2.</summary>
/// <param name="root">The folder that holds <c>sys</c> and <c>proc</c>: <c>/</c>, or a copy in a test.</param>
/// <param name="runIp">Runs <c>ip</c> with arguments and returns what it printed, or null with a message when it failed.</param>
internal sealed class KernelState(string root, Func<string[], (string? Output, string Error)> runIp)
{
    private static readonly TimeSpan IpTimeout = TimeSpan.FromSeconds(5);

    /// <summary>The running kernel.</summary>
    public static KernelState OfThisHost { get; } = new("/", RunIp);

    /// <summary>Whether there is such a folder.</summary>
    public bool HasFolder(string path) => Directory.Exists(Path.Combine(root, path));

    /// <summary>The first word of a file such as <c>layer3+4 1</c>; sysfs prints a choice with its number.</summary>
    public string Word(string path) => Text(path).Split(' ')[0];

    /// <summary>What a file says; nothing where it is not there or not ours to read.</summary>
    public string Text(string path)
    {
        try
        {
            return File.ReadAllText(Path.Combine(root, path)).Trim();
        }
        catch (IOException)
        {
            return "";
        }
        catch (UnauthorizedAccessException)
        {
            return "";
        }
    }

    /// <summary>The first object that <c>ip</c> prints; null with a fault when there is none.</summary>
    public JsonElement? AskIp(string[] arguments, out string fault)
    {
        (string? output, string error) = runIp(arguments);
        if (output is null)
        {
            fault = $"ip {string.Join(' ', arguments)}: {error}";
            return null;
        }

        try
        {
            using JsonDocument document = JsonDocument.Parse(output.Length == 0 ? "[]" : output);
            if (document.RootElement.ValueKind == JsonValueKind.Array && document.RootElement.GetArrayLength() > 0)
            {
                fault = "";
                return document.RootElement[0].Clone();
            }

            fault = $"ip {string.Join(' ', arguments)}: nothing of that name on this host";
        }
        catch (JsonException)
        {
            fault = $"ip {string.Join(' ', arguments)}: printed no JSON; iproute2 5.0 or later is needed";
        }

        return null;
    }

    private static (string? Output, string Error) RunIp(string[] arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo("ip", arguments)
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            })!;
            Task<string> error = process.StandardError.ReadToEndAsync();
            Task<string> output = process.StandardOutput.ReadToEndAsync();
            if (!process.WaitForExit(IpTimeout))
            {
                process.Kill();
                return (null, $"did not answer within {IpTimeout.TotalSeconds} s");
            }

            return process.ExitCode == 0 ? (output.Result, "") : (null, error.Result.Split('\n')[0].Trim());
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return (null, "is not installed; install iproute2");
        }
    }
}
