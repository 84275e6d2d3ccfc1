using System.Diagnostics;
using System.Text;

namespace Trunkline.Testing;

/// <summary>What a command left behind.</summary>
/// <param name="Line">The command as typed, for messages.</param>
/// <param name="ExitCode">Its exit status; 128 + 9 when it ran out of time.</param>
/// <param name="Output">Its standard output.</param>
/// <param name="Error">Its standard error.</param>
public sealed record CommandResult(string Line, int ExitCode, string Output, string Error)
{
    /// <summary>Insists that the command succeeded.</summary>
    /// <returns>Itself.</returns>
    /// <exception cref="InvalidOperationException">It did not; the message has all that it printed.</exception>
    public CommandResult OrThrow() => ExitCode == 0
        ? this
        : throw new InvalidOperationException($"{Line}: exit status {ExitCode}\n{Error}{Output}");
}

/// <summary>Runs programs of the system, always for a bounded time.</summary>
public static class Command
{
    /// <summary>How long a command may run unless the caller says otherwise.</summary>
    public static readonly TimeSpan TimeLimit = TimeSpan.FromSeconds(30);

    /// <summary>Where a program is; null when it is not installed.</summary>
    public static string? FindProgram(string name)
    {
        // An ordinary user's path often lacks the folders of the administrator's programs.
        string path = $"{Environment.GetEnvironmentVariable("PATH")}:/usr/sbin:/sbin";
        return path.Split(':', StringSplitOptions.RemoveEmptyEntries)
            .Select(folder => Path.Combine(folder, name))
            .FirstOrDefault(File.Exists);
    }

    /// <summary>Runs a command to its end.</summary>
    /// <param name="program">Its name or path.</param>
    /// <param name="arguments">Passed verbatim, without a shell.</param>
    /// <param name="timeLimit">After this it is killed with its children; <see cref="TimeLimit"/> by default.</param>
    /// <param name="folder">Where it runs; the current folder by default.</param>
    public static CommandResult Run(
        string program, IEnumerable<string> arguments, TimeSpan? timeLimit = null, string? folder = null)
    {
        using var command = new RunningCommand(program, arguments, folder);
        return command.Wait(timeLimit ?? TimeLimit);
    }

    /// <summary>Runs a command and insists that it succeeds.</summary>
    /// <returns>Its standard output.</returns>
    /// <exception cref="InvalidOperationException">It failed.</exception>
    public static string Check(string program, params string[] arguments) => Run(program, arguments).OrThrow().Output;
}

/// <summary>A command that runs beside the test; ends, with its children, when disposed of.</summary>
public sealed class RunningCommand : IDisposable
{
    private static readonly TimeSpan KillLimit = TimeSpan.FromSeconds(5);

    private readonly Process _process = new();
    private readonly StringBuilder _output = new();
    private readonly StringBuilder _error = new();
    private readonly string _line;

    /// <summary>Starts it, with nothing on its standard input.</summary>
    public RunningCommand(string program, IEnumerable<string> arguments, string? folder = null)
    {
        _process.StartInfo = new ProcessStartInfo(Command.FindProgram(program) ?? program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folder ?? "",
        };
        _line = string.Join(' ', _process.StartInfo.ArgumentList.Prepend(program));
        _process.OutputDataReceived += (_, data) => Append(_output, data.Data);
        _process.ErrorDataReceived += (_, data) => Append(_error, data.Data);
        _process.Start();
        _process.StandardInput.Close();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>Its process id.</summary>
    public int Id => _process.Id;

    /// <summary>Whether it is still running.</summary>
    public bool IsRunning => !_process.HasExited;

    /// <summary>What it has printed so far, standard output first.</summary>
    public string Printed => Read(_output) + Read(_error);

    /// <summary>Waits for its end, and kills it when the time is up.</summary>
    public CommandResult Wait(TimeSpan timeLimit)
    {
        if (!_process.WaitForExit(timeLimit))
        {
            Kill();
            Append(_error, $"killed after {timeLimit.TotalSeconds:0.#} s");
        }
        else
        {
            // Once more without a limit of its own, to have read the last lines; a grandchild may hold the pipe open.
            using var reading = new CancellationTokenSource(KillLimit);
            try
            {
                _process.WaitForExitAsync(reading.Token).GetAwaiter().GetResult();
            }
            catch (OperationCanceledException)
            {
            }
        }

        return new CommandResult(_line, _process.ExitCode, Read(_output), Read(_error));
    }

    /// <summary>Waits until it has printed a text, or ended.</summary>
    /// <returns>Whether the text was seen in time.</returns>
    public bool WaitForText(string text, TimeSpan timeLimit)
    {
        var clock = Stopwatch.StartNew();
        while (clock.Elapsed < timeLimit)
        {
            bool isRunning = IsRunning;
            if (Printed.Contains(text, StringComparison.Ordinal))
            {
                return true;
            }

            if (!isRunning)
            {
                return Wait(KillLimit) is { } end && (end.Output + end.Error).Contains(text, StringComparison.Ordinal);
            }

            Thread.Sleep(5);
        }

        return false;
    }

    /// <inheritdoc />
    public void Dispose()
    {
        Kill();
        _process.Dispose();
    }

    private void Kill()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            _process.WaitForExit(KillLimit);
        }
    }

    private static void Append(StringBuilder text, string? line)
    {
        if (line is not null)
        {
            lock (text)
            {
                text.Append(line).Append('\n');
            }
        }
    }

    private static string Read(StringBuilder text)
    {
        lock (text)
        {
            return text.ToString();
        }
    }
}
