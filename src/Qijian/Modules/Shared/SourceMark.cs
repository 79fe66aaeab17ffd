using Qijian.Modules.Registry;

namespace Qijian.Modules.Shared;

/// <summary>The mark beside a fact that opens where it is from and when it was known.</summary>
internal sealed record SourceMark(string What, Provenance Source, string? Original = null)
{
    /// <summary>Earlier values, and those of other sources.</summary>
    public IReadOnlyList<Fact> Others { get; init; } = [];
}
