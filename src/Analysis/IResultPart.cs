using Trunkline.Results;

namespace Trunkline.Analysis;

/// <summary>A statistic that has a say in the report. Asked once, behind the last frame.</summary>
internal interface IResultPart
{
    /// <summary>Puts in what it found.</summary>
    /// <param name="result">What other statistics found so far.</param>
    AnalyzeResult AddTo(AnalyzeResult result);
}
