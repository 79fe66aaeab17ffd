using System.Collections.Concurrent;
using Microsoft.EntityFrameworkCore;

namespace Qijian.Modules.Privacy;

/// <summary>A published version as it is read: its row, and what its content means.</summary>
internal sealed record PublishedPolicy(PolicyVersion Row, PolicyContent Content)
{
    private readonly ConcurrentDictionary<string, RenderedPolicy> rendered = [];

    public int Number => Row.Number;
    public PolicyDocument Chinese { get; } = PolicyDocument.Parse(Content.Chinese);
    public PolicyDocument English { get; } = PolicyDocument.Parse(Content.English);
    public ProcessingRegistry Registry { get; } = ProcessingRegistry.Read(Content.Registry).Registry;
    public Bindings Bindings { get; } = Bindings.Read($"policy/versions/{Row.Number}/{PolicyFiles.Bindings}", Content.Bindings).Bindings;

    /// <summary>In the reader's language.</summary>
    public PolicyDocument Document => Language.IsEnglish ? English : Chinese;

    /// <inheritdoc cref="Document"/>
    public string Markdown => Language.IsEnglish ? Content.English : Content.Chinese;

    /// <inheritdoc cref="Document"/>
    public string Summary => Language.IsEnglish ? Content.SummaryEnglish : Content.SummaryChinese;

    /// <summary>As a page shows it, in the reader's language; made once, for a version never changes.</summary>
    public RenderedPolicy Rendered => rendered.GetOrAdd(Language.IsEnglish ? "en" : "zh-CN", _ => PolicyRenderer.Render(Markdown, Registry));
}

/// <summary>A published version whose row is not what was published.</summary>
internal sealed record PolicyFault(int Number, string Words);

/// <summary>The versions that were read from their rows, which never change.</summary>
internal sealed class PolicyShelf
{
    public ConcurrentDictionary<int, PublishedPolicy> Read { get; } = [];
}

/// <summary>The published versions.</summary>
internal sealed class PolicyVersions(AppDb db, PolicyShelf shelf)
{
    /// <summary>All, the oldest first, without their content.</summary>
    public Task<List<PolicyVersion>> ListAsync(CancellationToken ct) => Rows(db.PolicyVersions.OrderBy(v => v.Number)).ToListAsync(ct);

    /// <summary>The one in effect; null before the first start.</summary>
    public async Task<PublishedPolicy?> InEffectAsync(CancellationToken ct) =>
        await Rows(db.PolicyVersions.Where(v => v.ActivatedAt != null).OrderByDescending(v => v.Number)).FirstOrDefaultAsync(ct) is { } row ? await ReadAsync(row, ct) : null;

    /// <summary>Null where there is none of that number.</summary>
    public async Task<PublishedPolicy?> FindAsync(int number, CancellationToken ct) =>
        await Rows(db.PolicyVersions.Where(v => v.Number == number)).SingleOrDefaultAsync(ct) is { } row ? await ReadAsync(row, ct) : null;

    /// <summary>Computes every hash anew from what is stored, and names each row that differs.</summary>
    public async Task<IReadOnlyList<PolicyFault>> VerifyAsync(CancellationToken ct)
    {
        List<PolicyFault> faults = [];
        await foreach (var row in db.PolicyVersions.AsNoTracking().OrderBy(v => v.Number).AsAsyncEnumerable().WithCancellation(ct))
        {
            if (PolicyContent.Unpack(row.Content) is not { } content) faults.Add(new(row.Number, Text.PolicyFaultUnreadable));
            else if (!content.Hash().AsSpan().SequenceEqual(row.Hash)) faults.Add(new(row.Number, Text.PolicyFaultHash));
            else if (!Convert.FromHexString(ProcessingRegistry.HashOf(content.Registry)).AsSpan().SequenceEqual(row.RegistryHash)) faults.Add(new(row.Number, Text.PolicyFaultRegistry));
        }

        return faults;
    }

    // The content is read once a version; what may change is the moment it took effect.
    private async Task<PublishedPolicy?> ReadAsync(PolicyVersion row, CancellationToken ct)
    {
        if (shelf.Read.TryGetValue(row.Number, out var read) && read.Row.Hash.AsSpan().SequenceEqual(row.Hash)) return read with { Row = row };
        var packed = await db.PolicyVersions.Where(v => v.Number == row.Number).Select(v => v.Content).SingleAsync(ct);
        return PolicyContent.Unpack(packed) is { } content ? shelf.Read[row.Number] = new(row, content) : null;
    }

    private static IQueryable<PolicyVersion> Rows(IQueryable<PolicyVersion> versions) => versions.Select(v => new PolicyVersion
    {
        Number = v.Number, Hash = v.Hash, RegistryHash = v.RegistryHash, Content = Array.Empty<byte>(), Change = v.Change, PublishedAt = v.PublishedAt, EffectiveFrom = v.EffectiveFrom, ApprovedBy = v.ApprovedBy, ActivatedAt = v.ActivatedAt,
    });
}
