using Trunkline.Simulation.Techniques;

namespace Trunkline.Simulation.Tests.Techniques;

public class TechniqueCheckTests
{
    [Theory]
    [InlineData("one-fat-link")]
    [InlineData("pinned")]
    [InlineData("trunk")]
    [InlineData("mlppp/short:fragment=256B")]
    [InlineData("spray/resequenced")]
    [InlineData("linux-bond/layer3+4")]
    [InlineData("static:fill=maglev@linux-ecmp/l4")]
    public void Judge_OfWhatCanBeSimulated_FindsNothing(string technique) => Assert.Null(TechniqueCheck.Judge(technique));

    [Theory]
    [InlineData("flowlet/asf", "did you mean flowlet/afs?")]
    [InlineData("trunk:x=1", "x")]
    [InlineData("flowlet:gap=fast", "gap")]
    [InlineData("", "")]
    public void Judge_OfWhatCannot_SaysWhatToWrite(string technique, string expected) =>
        Assert.Contains(expected, TechniqueCheck.Judge(technique), StringComparison.Ordinal);

    [Theory]
    [InlineData("linux-bond/layer3+4", true)]
    [InlineData("static:fill=maglev@linux-ecmp/l4", true)]
    [InlineData("flowlet@linux-bond/layer3+4", false)]
    [InlineData("single-mode", false)]
    [InlineData("trunk", false)]
    public void IsStaticHash_OfATechnique_IsSoForPoliciesAlone(string technique, bool expected) =>
        Assert.Equal(expected, TechniqueCheck.IsStaticHash(technique));
}
