namespace Qijian.Platform;

/// <summary>How many companies an empty site makes up to show itself with.</summary>
internal sealed record SampleSize(int Companies);
