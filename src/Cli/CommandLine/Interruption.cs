using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Trunkline.Cli.CommandLine;

/// <summary>Lets long work end early and still say what it found: the first Ctrl-C asks, a later one kills.</summary>
/// <remarks>Programs that stop others (<c>timeout</c>) may signal a process and its group at once: that counts as one.</remarks>
internal sealed class Interruption : IDisposable
{
    private static readonly TimeSpan AtOnce = TimeSpan.FromMilliseconds(500);

    private readonly PosixSignalRegistration[] _registrations;
    private volatile bool _isAsked;
    private long _askedAt;

    /// <summary>Listens for SIGINT and SIGTERM.</summary>
    public Interruption()
    {
        _registrations = [.. new[] { PosixSignal.SIGINT, PosixSignal.SIGTERM }.Select(s => PosixSignalRegistration.Create(s, OnSignal))];
    }

    /// <summary>Whether work is to end.</summary>
    public bool IsAsked => _isAsked;

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (PosixSignalRegistration registration in _registrations)
        {
            registration.Dispose();
        }
    }

    private void OnSignal(PosixSignalContext context)
    {
        long now = Stopwatch.GetTimestamp();
        long first = Interlocked.CompareExchange(ref _askedAt, now, 0);
        context.Cancel = first == 0 || Stopwatch.GetElapsedTime(first, now) < AtOnce;
        _isAsked = true;
    }
}
