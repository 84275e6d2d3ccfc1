using System.Globalization;
using Trunkline.Scenarios.Model;
using Trunkline.Scenarios.Reading.Forms;
using Trunkline.Scenarios.Reading.Yaml;

namespace Trunkline.Scenarios.Reading.Building;

/// <summary>Finds links of a bundle from what is written: an index, a range <c>0..1</c>, all <c>*</c>, or the node at their far end.</summary>
internal static class LinkChoice
{
    /// <summary>The indices of the links.</summary>
    /// <returns>Null when there are none.</returns>
    public static IReadOnlyList<int>? Find(LinkBundle bundle, string text)
    {
        int count = bundle.Links.Count;
        if (text == "*")
        {
            return [.. Enumerable.Range(0, count)];
        }

        string[] ends = text.Split("..");
        if (ends.Length <= 2 && TryIndex(ends[0], out int first) && TryIndex(ends[^1], out int last))
        {
            return first <= last && last < count ? [.. Enumerable.Range(first, last - first + 1)] : null;
        }

        int[] towards = [.. bundle.Links.Index().Where(l => l.Item.To == text).Select(l => l.Index)];
        return towards.Length > 0 ? towards : null;
    }

    /// <summary>Finds links, or says what there is.</summary>
    public static IReadOnlyList<int>? Find(LinkBundle bundle, string text, Written written, ReadingContext context)
    {
        IReadOnlyList<int>? found = Find(bundle, text);
        if (found is null)
        {
            string ends = string.Join(", ", bundle.Links.Select(l => l.To).Distinct().Take(4));
            string indices = bundle.Links.Count == 1 ? "0" : $"0 to {bundle.Links.Count - 1}";
            context.Fault(
                written, $"bundle {bundle.Name} has no link \"{Shown.Clip(text)}\"; write {indices}, or a node at their far end ({ends})");
        }

        return found;
    }

    private static bool TryIndex(string text, out int index) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out index);
}
