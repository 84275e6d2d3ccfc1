using Trunkline.Hosting;
using Trunkline.Storage.Stripe;
using Trunkline.Testing.Network;

namespace Trunkline.Storage.Tests.Stripe;

/// <summary>One end of a stripe on a thread of its own, in a namespace or on this host; stopped when disposed of.</summary>
internal sealed class RunningSide : IDisposable
{
    private readonly Thread _thread;
    private readonly StringWriter _log = new();
    private StripeSide? _side;
    private Exception? _failure;

    public RunningSide(NetworkNamespace? host, Func<DaemonLog, StripeSide> create)
    {
        using var isReady = new ManualResetEventSlim();
        var log = new DaemonLog(TextWriter.Synchronized(_log), LogLevel.Debug);
        bool Serve()
        {
            try
            {
                using StripeSide side = create(log);
                _side = side;
                isReady.Set();
                side.Run();
            }
            catch (Exception exception) when (_side is null)
            {
                _failure = exception;
                isReady.Set();
            }

            return true;
        }

        _thread = new Thread(() => _ = host is null ? Serve() : host.Within(Serve));
        _thread.Start();
        isReady.Wait(TimeSpan.FromSeconds(10));
        if (_failure is not null)
        {
            throw new InvalidOperationException("does not start", _failure);
        }
    }

    public StripeSide Side => _side!;

    public string Log => _log.ToString();

    public void WaitForLog(string text, int times = 1)
    {
        for (int i = 0; i < 1000; i++)
        {
            if (Log.Split(text).Length > times)
            {
                return;
            }

            Thread.Sleep(10);
        }

        Assert.Fail($"\"{text}\" is not in the log:\n{Log}");
    }

    public void Dispose()
    {
        _side?.Stop();
        Assert.True(_thread.Join(TimeSpan.FromSeconds(10)), "does not stop");
    }
}
