namespace Trunkline.Analysis;

/// <summary>In how many windows the first technique without moves was so uneven.</summary>
internal interface IWindowExcess
{
    /// <summary>Share of the windows with traffic in which the fullest link exceeded its fair share by more; null without such a technique.</summary>
    double? ShareOver(double excess);
}
