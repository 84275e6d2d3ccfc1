using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using Trunkline.Reports.Page;

namespace Trunkline.Cli.CommandLine;

/// <summary>The file of a report. What stood there is kept until the report is whole.</summary>
/// <param name="path">Where it will be.</param>
/// <param name="isToOpen">Whether it is shown when it is written.</param>
internal sealed class ReportFile(string path, bool isToOpen) : IDisposable
{
    private string? _made;

    /// <summary>Makes sure that it can be written.</summary>
    /// <param name="faults">Told why it cannot be.</param>
    public void Open(FaultList faults)
    {
        try
        {
            string whole = Path.GetFullPath(path);
            if (Directory.Exists(whole))
            {
                throw new IOException("it is a folder");
            }

            string made = $"{whole}.{Environment.ProcessId}.new";
            using (new FileStream(made, FileMode.Create, FileAccess.Write))
            {
                _made = made;
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException)
        {
            faults.Add($"--html: \"{path}\" cannot be written: {exception.Message.TrimEnd('.')}; give a file that may be made");
        }
    }

    /// <summary>Writes the report, and opens it when asked to.</summary>
    /// <param name="page">The report.</param>
    /// <param name="error">Told when nothing opens it.</param>
    public void Write(ReportPage page, TextWriter error)
    {
        using (var output = new StreamWriter(_made!, append: false, new UTF8Encoding(false)) { NewLine = "\n" })
        {
            page.Write(output);
        }

        File.Move(_made!, path, overwrite: true);
        _made = null;
        if (isToOpen && !Show(Path.GetFullPath(path)))
        {
            error.WriteLine($"trunkline: nothing here opens {path}; open it in a browser");
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_made is not null)
        {
            File.Delete(_made);
        }
    }

    private static bool Show(string whole)
    {
        try
        {
            ProcessStartInfo start = OperatingSystem.IsWindows() ? new ProcessStartInfo(whole) { UseShellExecute = true }
                : new ProcessStartInfo(OperatingSystem.IsMacOS() ? "open" : "xdg-open", [whole]) { RedirectStandardOutput = true, RedirectStandardError = true };
            using Process? process = Process.Start(start);
            return true;
        }
        catch (Exception exception) when (exception is Win32Exception or InvalidOperationException or PlatformNotSupportedException)
        {
            return false;
        }
    }
}
