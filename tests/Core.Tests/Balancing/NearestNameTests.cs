using Trunkline.Core.Balancing;

namespace Trunkline.Core.Tests.Balancing;

public class NearestNameTests
{
    private static readonly string[] Names = ["flowlet", "flowlet/afs", "round-robin", "random", "drill"];

    [Theory]
    [InlineData("flowlte", "flowlet")]
    [InlineData("Flowlet", "flowlet")]
    [InlineData("round_robin", "round-robin")]
    [InlineData("flowlet/asf", "flowlet/afs")]
    [InlineData("randm", "random")]
    [InlineData("dril", "drill")]
    [InlineData("conga", null)]
    [InlineData("", null)]
    public void Of_AMistypedName_FindsTheOneMeant(string text, string? expected) => Assert.Equal(expected, NearestName.Of(text, Names));

    [Fact]
    public void Of_NoNames_IsNull() => Assert.Null(NearestName.Of("random", []));
}
