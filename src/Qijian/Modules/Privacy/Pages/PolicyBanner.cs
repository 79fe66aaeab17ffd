using Qijian.Modules.Shared;

namespace Qijian.Modules.Privacy;

/// <summary>The words above every page while a version is published and not in effect.</summary>
internal static class PolicyBanner
{
    public static PageNotice Of(CurrentPolicy current, TimeProvider clock) => new(() => current.NextAt(clock.GetUtcNow()) is not { } coming ? null : new(
        Text.ComingLabel,
        coming.EffectiveFrom > clock.GetUtcNow() ? Text.ComingBanner.With(coming.Number, Format.Day(coming.EffectiveFrom)) : Text.ComingLate.With(coming.Number, current.Number),
        Text.ComingCompare, PolicyView.DiffOf(current.Number, coming.Number)));
}
