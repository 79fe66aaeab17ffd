using System.Collections.Frozen;
using Microsoft.EntityFrameworkCore;

namespace Qijian.Modules.Privacy;

/// <summary>Why a member of staff does not see a value.</summary>
public enum RevealRefusal
{
    /// <summary>Whoever asks is none of the staff.</summary>
    NotStaff,

    /// <summary>None was given.</summary>
    NoReason,

    /// <summary>Without a valid pass in training.</summary>
    NotTrained,

    /// <summary>The purpose is not in the registry, it is none for which staff look at data, or the guard says no.</summary>
    NotAllowed,

    /// <summary>Its key was destroyed.</summary>
    Erased,

    /// <summary>It was changed, or is another person's.</summary>
    NotOpened,
}

/// <summary>What the member of staff gets.</summary>
public abstract record RevealResult
{
    private RevealResult() { }

    /// <summary>The value.</summary>
    public sealed record Shown(string Value) : RevealResult
    {
        /// <summary>Without the value.</summary>
        public override string ToString() => nameof(Shown);
    }

    /// <summary>No, and why; where the guard refused, its reason too.</summary>
    public sealed record Refused(RevealRefusal Why, Denial? Denial = null) : RevealResult;
}

/// <summary>A look at a value, or a refused one, without the value. The reason is null where its key was destroyed.</summary>
public sealed record RevealView(DateTimeOffset At, Subject Staff, string Purpose, string Category, string? Reason, bool Allowed);

/// <summary>Shows values of persons to staff, for a reason and on record, and says who looked.</summary>
public interface IReveals
{
    /// <summary>The open purposes for which staff may look at values of a category, with their names in the reader's language.</summary>
    IReadOnlyList<(Purpose Purpose, string Label)> PurposesOf(Category category);

    /// <summary>One value of a person, or why not.</summary>
    Task<RevealResult> RunAsync(Subject staff, Subject subject, Purpose purpose, Category category, Sealed value, string reason, CancellationToken ct);

    /// <summary>The latest looks and refusals of one member of staff, or of all; purposes and categories by their names in the reader's language.</summary>
    Task<IReadOnlyList<RevealView>> ListAsync(Subject? staff, int most, CancellationToken ct);
}

/// <summary>
/// Shows one value of a person to one member of staff, for a reason. Every look and every refusal is on record before the value is
/// given; the reason may name persons, so it is sealed under the staff member's own key.
/// </summary>
internal sealed class RevealPersonalData(AppDb db, IVault vault, IPurposeGuard guard, ITrainingRecords training, ProcessingRegistry registry, TimeProvider clock) : IReveals
{
    // What else reads the same data, such as signing in, is done by the program and by nobody.
    private static readonly FrozenSet<Purpose> ForStaff = [Purpose.CustomerSupport, Purpose.IdentityVerification, Purpose.ServiceContact, Purpose.IncidentNotice, Purpose.EmergencyHelp];

    public IReadOnlyList<(Purpose Purpose, string Label)> PurposesOf(Category category) =>
        [.. registry.Purposes.Values.Where(p => ForStaff.Contains(new(p.Id)) && p.Reads.ContainsKey(category.Id) && registry.Features.Values.Any(f => f.Open && f.Purposes.Contains(p.Id, StringComparer.Ordinal))).Select(p => (new Purpose(p.Id), p.Label))];

    public async Task<RevealResult> RunAsync(Subject staff, Subject subject, Purpose purpose, Category category, Sealed value, string reason, CancellationToken ct)
    {
        var result = await DecideAsync(staff, subject, purpose, category, value, reason, ct);
        db.Add(new Reveal
        {
            Id = Guid.CreateVersion7(), At = clock.GetUtcNow(), Staff = staff, SubjectReference = await vault.ReferenceAsync(subject, ct),
            Purpose = registry.Purposes.ContainsKey(purpose.Id ?? "") ? purpose.Id! : "", Category = registry.Categories.ContainsKey(category.Id ?? "") ? category.Id! : "", // ids of the registry, never text that was passed for one
            Reason = await vault.SealAsync(staff, Category.StaffAccess, reason, ct), Allowed = result is RevealResult.Shown,
        });
        await db.SaveChangesAsync(ct);
        return result;
    }

    public async Task<IReadOnlyList<RevealView>> ListAsync(Subject? staff, int most, CancellationToken ct)
    {
        IQueryable<Reveal> rows = staff is { } one ? db.Reveals.Where(r => r.Staff == one) : db.Reveals;
        List<RevealView> views = [];
        foreach (var row in await rows.AsNoTracking().OrderByDescending(r => r.At).Take(most).ToListAsync(ct))
        {
            var reason = await guard.DemandAsync(row.Staff, Purpose.AccessAudit, [Category.StaffAccess], ct) is Decision.Allowed yes ? await vault.OpenAsync(yes.Capability, Category.StaffAccess, row.Reason, ct) : null;
            views.Add(new(row.At, row.Staff, registry.Purposes.GetValueOrDefault(row.Purpose)?.Label ?? "", registry.Categories.GetValueOrDefault(row.Category)?.Label ?? "", reason, row.Allowed));
        }

        return views;
    }

    private async Task<RevealResult> DecideAsync(Subject staff, Subject subject, Purpose purpose, Category category, Sealed value, string reason, CancellationToken ct)
    {
        if (staff.Kind is not SubjectKind.Staff) return new RevealResult.Refused(RevealRefusal.NotStaff);
        if (string.IsNullOrWhiteSpace(reason)) return new RevealResult.Refused(RevealRefusal.NoReason);
        if (!await training.IsTrainedAsync(staff, ct)) return new RevealResult.Refused(RevealRefusal.NotTrained);
        if (!registry.Purposes.ContainsKey(purpose.Id ?? "")) return new RevealResult.Refused(RevealRefusal.NotAllowed, Denial.UnknownPurpose);
        if (!ForStaff.Contains(purpose)) return new RevealResult.Refused(RevealRefusal.NotAllowed, Denial.NotForThisPurpose);
        var decision = await guard.DemandAsync(subject, purpose, [category], ct);
        if (decision is Decision.Denied denied) return new RevealResult.Refused(RevealRefusal.NotAllowed, denied.Reason);
        try
        {
            return await vault.OpenAsync(((Decision.Allowed)decision).Capability, category, value, ct) is { } clear ? new RevealResult.Shown(clear) : new RevealResult.Refused(RevealRefusal.Erased);
        }
        catch (VaultRefusedException)
        {
            return new RevealResult.Refused(RevealRefusal.NotOpened);
        }
    }
}
