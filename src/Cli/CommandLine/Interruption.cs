using System.Runtime.InteropServices;

namespace Trunkline.Cli.CommandLine;

/// <summary>Lets long work end early and still say what it found: the first Ctrl-C asks, a second one kills.</summary>
internal sealed class Interruption : IDisposable
{
    private readonly PosixSignalRegistration[] _registrations;
    private volatile bool _isAsked;

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
        context.Cancel = !_isAsked;
        _isAsked = true;
    }
}
