using System.CommandLine;
using System.ComponentModel;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Trunkline.Cli.CommandLine;
using Trunkline.Hosting;
using Trunkline.Results;
using Trunkline.Storage.Stripe;

namespace Trunkline.Cli.Stripe;

/// <summary>Runs one end until it is told to stop.</summary>
internal static class Daemon
{
    public static int Run(string subject, ParseResult parsed, Func<DaemonLog, StripeSide> create, CommonOptions common)
    {
        TextWriter error = parsed.InvocationConfiguration.Error;
        if (!OperatingSystem.IsLinux())
        {
            error.WriteLine($"{subject}: runs on Linux only");
            return ExitStatus.Failed;
        }

        var log = new DaemonLog(error, common.LogLevel);
        try
        {
            using StripeSide side = create(log);
            using DaemonServer? control = common.ControlFile is null
                ? null
                : DaemonServer.AtPath(common.ControlFile, _ => ResultJson.Write(side.ReadStatus()) + "\n");
            using DaemonServer? metrics = common.Metrics is null
                ? null
                : DaemonServer.OverHttp(common.Metrics, () => StripeStatus.Metrics(side.ReadStatus()), () => IsReady(side.ReadStatus()));
            using PosixSignalRegistration terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
            using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
            using PosixSignalRegistration reload = PosixSignalRegistration.Create(PosixSignal.SIGHUP, context =>
            {
                context.Cancel = true;
                side.ReloadKeys();
            });
            log.Write(LogLevel.Info, "ready");
            side.Run();
            log.Write(LogLevel.Info, "stopped");
            return ExitStatus.Done;

            void Stop(PosixSignalContext context)
            {
                context.Cancel = true;
                side.Stop();
            }
        }
        catch (Exception exception) when (exception is SocketException or Win32Exception)
        {
            error.WriteLine($"{subject}: {exception.Message}");
            return ExitStatus.Failed;
        }
    }

    /// <summary>A connecting end is ready with a path; a serving end as soon as it listens.</summary>
    private static bool IsReady(StripeStatusResult status) => status.Side == "serve" || status.Trunks.Any(t => t.Paths.Any(p => p.State == "up"));
}
