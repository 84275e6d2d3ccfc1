using Trunkline.Analysis;
using Trunkline.Cli.CommandLine;
using Trunkline.Cli.Input;
using Trunkline.Core.Wire;
using Trunkline.Results;

namespace Trunkline.Cli.Analyze;

/// <summary>Takes captures through the analyzer.</summary>
internal static class CaptureRun
{
    /// <summary>Reads all frames, or as many as come before somebody asks to stop.</summary>
    /// <param name="input">The captures.</param>
    /// <param name="analyzer">Takes the frames.</param>
    /// <param name="files">As named.</param>
    /// <param name="progress">Is told from time to time.</param>
    /// <param name="interruption">Is asked from time to time.</param>
    public static AnalyzeResult Read(
        CaptureInput input, CaptureAnalyzer analyzer, IReadOnlyList<string> files, Progress progress, Interruption interruption)
    {
        bool isInterrupted = false;
        long leftToLook = Progress.FramesPerLook;
        var members = new MemberOrder();
        while (input.TryRead(out CaptureRecord record, out int interfaceIndex))
        {
            members.OnFrame(interfaceIndex);
            analyzer.OnFrame(in record, interfaceIndex);
            leftToLook--;
            ReadOnlySpan<byte> atHand = input.AtHand(out PcapReader reader);
            if (!atHand.IsEmpty)
            {
                input.Skip(analyzer.OnRecords(in reader, atHand, interfaceIndex, out int frames));
                leftToLook -= frames;
            }

            if (leftToLook <= 0)
            {
                leftToLook = Progress.FramesPerLook;
                progress.Tell(input.BytesRead, input.BytesTotal, analyzer.Frames);
                if (interruption.IsAsked)
                {
                    isInterrupted = true;
                    break;
                }
            }
        }

        progress.End();

        // Files one behind the other are one capture in pieces; those that run side by side are members of a bundle.
        IReadOnlyList<string> interfaces = members.AreSideBySide ? InterfaceNames(input.Interfaces) : [];
        return analyzer.Finish(files, interfaces, input.Broken, isInterrupted);
    }

    /// <summary>What tells interfaces apart: their own names, or their files', or both.</summary>
    private static IReadOnlyList<string> InterfaceNames(IReadOnlyList<CaptureInterface> interfaces)
    {
        bool areNamed = interfaces.All(i => i.Name is not null) && interfaces.Select(i => i.Name).Distinct().Count() == interfaces.Count;
        return [.. interfaces.Select((one, i) => areNamed ? one.Name!
            : interfaces.Count(other => other.File == one.File) == 1 ? Path.GetFileName(one.File)
            : $"{Path.GetFileName(one.File)}:{one.Name ?? $"{i}"}")];
    }

    /// <summary>Whether interfaces take turns, or each begins where the last one ended.</summary>
    private struct MemberOrder
    {
        private int _last;
        private int _reached;

        public MemberOrder() => (_last, _reached) = (-1, -1);

        public bool AreSideBySide { get; private set; }

        public void OnFrame(int index)
        {
            if (index != _last)
            {
                OnChange(index);
            }
        }

        private void OnChange(int index)
        {
            AreSideBySide |= index < _reached;
            _reached = Math.Max(_reached, index);
            _last = index;
        }
    }
}
