namespace Trunkline.Reports.Page;

/// <summary>A part of a page.</summary>
public interface IBlock
{
    /// <summary>Writes itself.</summary>
    void Write(HtmlWriter html);
}
