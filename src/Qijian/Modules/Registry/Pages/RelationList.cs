using System.Globalization;
using Microsoft.AspNetCore.Html;
using Qijian.Modules.Shared;

namespace Qijian.Modules.Registry;

/// <summary>A table of relations on a page.</summary>
/// <param name="Incoming">Whether the other party is the source of each edge.</param>
/// <param name="Share">Whether the table is of shares, and closes with what they leave open.</param>
internal sealed record RelationList(string Id, string Title, IReadOnlyList<RelationView> Relations, bool Incoming, bool Share, DateOnly AsOf, SourceMarks Marks)
{
    /// <summary>The same page with or without what has ended, or null where there is no such choice.</summary>
    public string? EndedLink { get; init; }
    public bool Ended { get; init; }

    public bool HasKind { get; } = Relations.Any(r => r.Role is not null) || Relations.Select(r => r.Kind).Distinct().Count() > 1;
    public bool HasShare { get; } = Share || Relations.Any(r => r.Percent is not null || r.Minimum is not null || r.Maximum is not null);
    public bool HasAmount { get; } = Relations.Any(r => r.Amount is not null);
    public bool HasPeriod { get; } = Relations.Any(r => r.ValidFrom is not null || r.ValidTo is not null);

    public int Columns => 2 + (HasKind ? 1 : 0) + (HasShare ? 1 : 0) + (HasAmount ? 1 : 0) + (HasPeriod ? 1 : 0);

    public Party Other(RelationView relation) => Incoming ? relation.From : relation.To;

    public bool HasEnded(RelationView relation) => relation.ValidTo is { } to && to <= AsOf;

    public IHtmlContent Mark(RelationView relation) => Marks.Of(relation.Kind.Property, relation.Source);

    public static string ShareOf(RelationView r) =>
        r.Percent is { } percent ? Format.Percent(percent) : r.Minimum is null && r.Maximum is null ? "–" : Range(r.Minimum ?? 0, r.Maximum ?? 100);

    private static string Range(decimal from, decimal to) => from == to ? Format.Percent(from) : $"{Format.Percent(from)} – {Format.Percent(to)}";

    /// <summary>The length of a bar for a share, in hundredths.</summary>
    public static string Length(decimal percent) => Math.Clamp(percent, 0, 100).ToString("0.##", CultureInfo.InvariantCulture);

    /// <summary>What the stated direct shares leave open, from a range where they are ranges; null where none is stated or nothing is open.</summary>
    public string? Remainder => Stated is var (least, most) && 100 - least > 0.01m ? Range(Math.Max(0, 100 - most), 100 - least) : null;

    /// <summary>The sum of the shares where it cannot be right.</summary>
    public string? Over => Stated is var (least, _) && least > 100.01m ? Format.Percent(least) : null;

    // The least and the most that owners of today are stated to hold. One without a figure belongs to the rest.
    private (decimal Least, decimal Most)? Stated
    {
        get
        {
            if (!Share || !Incoming) return null;
            var (least, most, any) = (0m, 0m, false);
            foreach (var r in Relations)
            {
                if (!r.Source.InLatest || HasEnded(r) || (r.Percent ?? r.Minimum ?? r.Maximum) is null) continue;
                any = true;
                least += r.Percent ?? r.Minimum ?? 0;
                most += r.Percent ?? r.Maximum ?? 100;
            }

            return any ? (least, Math.Min(most, 100)) : null;
        }
    }
}
