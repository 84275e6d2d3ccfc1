using Trunkline.Core.Units;
using Trunkline.Core.Wire;

namespace Trunkline.Cli.Input;

/// <summary>Where frames were captured: an interface of a pcapng file, or a whole pcap file.</summary>
/// <param name="File">The file as named.</param>
/// <param name="Name">The interface's name; null where the file has none, as pcap never does.</param>
/// <param name="LinkType">What its frames begin with.</param>
/// <param name="Speed">Its speed; null where the file has none.</param>
/// <param name="SnapLength">The most bytes kept of a frame, as the file says; 0 for no limit.</param>
/// <param name="Resolution">The unit in which its times are written, 1 ns or more.</param>
internal sealed record CaptureInterface(string File, string? Name, LinkType LinkType, BitRate? Speed, uint SnapLength, Interval Resolution);
