namespace Qijian.Modules.Privacy;

/// <summary>Why a member of staff does not see a value.</summary>
internal enum RevealRefusal
{
    NotStaff,

    /// <summary>None was given.</summary>
    NoReason,
    NotTrained,

    /// <summary>The purpose is not in the registry, or the guard says no.</summary>
    NotAllowed,

    /// <summary>Its key was destroyed.</summary>
    Erased,

    /// <summary>It was changed, or is another person's.</summary>
    NotOpened,
}

/// <summary>What the member of staff gets.</summary>
internal abstract record RevealResult
{
    private RevealResult() { }

    public sealed record Shown(string Value) : RevealResult;

    /// <summary>No, and why; where the guard refused, its reason too.</summary>
    public sealed record Refused(RevealRefusal Why, Denial? Denial = null) : RevealResult;
}

/// <summary>
/// Shows one value of a person to one member of staff, for a reason. Every look and every refusal is on record before the value is
/// given; the reason may name persons, so it is sealed under the staff member's own key.
/// </summary>
internal sealed class RevealPersonalData(AppDb db, IVault vault, IPurposeGuard guard, ITrainingRecords training, ProcessingRegistry registry, TimeProvider clock)
{
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

    private async Task<RevealResult> DecideAsync(Subject staff, Subject subject, Purpose purpose, Category category, Sealed value, string reason, CancellationToken ct)
    {
        if (staff.Kind is not SubjectKind.Staff) return new RevealResult.Refused(RevealRefusal.NotStaff);
        if (string.IsNullOrWhiteSpace(reason)) return new RevealResult.Refused(RevealRefusal.NoReason);
        if (!await training.IsTrainedAsync(staff, ct)) return new RevealResult.Refused(RevealRefusal.NotTrained);
        if (!registry.Purposes.ContainsKey(purpose.Id ?? "")) return new RevealResult.Refused(RevealRefusal.NotAllowed, Denial.UnknownPurpose);
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
