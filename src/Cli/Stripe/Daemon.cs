using System.CommandLine;
using System.ComponentModel;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Trunkline.Cli.CommandLine;
using Trunkline.Hosting;
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
}
