using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using Qijian.Modules.Privacy;

namespace Qijian.Modules.Accounts;

/// <summary>Why a part of a profile was not taken.</summary>
internal enum ProfileProblem { TooLong, NoAddress, NotOnOneLine }

/// <summary>What the holder, or everybody, sees of a profile; a part that is empty is missing.</summary>
internal sealed record ProfileView(IReadOnlyDictionary<ProfileFields, string> Values, ProfileFields Public, Guid? Page, bool EmailProved);

/// <summary>Keeps what members tell of themselves, while they want it kept, and shows of it what they want shown. The guard is asked at every reading.</summary>
internal sealed class KeepProfile(AppDb db, IPurposeGuard guard, IVault vault, TimeProvider clock) : IHeldByConsent
{
    internal const int Longest = 100;
    internal const ProfileFields Publishable = ProfileFields.Name | ProfileFields.Company | ProfileFields.Department | ProfileFields.Position | ProfileFields.Industry | ProfileFields.Avatar;
    internal static readonly IReadOnlyList<ProfileFields> Texts = [ProfileFields.Name, ProfileFields.Email, ProfileFields.Company, ProfileFields.Department, ProfileFields.Position, ProfileFields.Industry];

    public IReadOnlyList<Purpose> Purposes => [Purpose.ProfileKeeping, Purpose.ProfilePublication];

    /// <summary>Whether the member wants a profile kept, or published.</summary>
    public async Task<bool> MayAsync(Subject subject, Purpose purpose, CancellationToken ct) => await guard.DemandAsync(subject, purpose, [], ct) is Decision.Allowed;

    /// <summary>What the holder sees; null where it must not be read.</summary>
    public async Task<ProfileView?> ReadAsync(Subject subject, CancellationToken ct) =>
        await db.Profiles.AsNoTracking().FirstOrDefaultAsync(p => p.Subject == subject, ct) is { } profile ? await OpenAsync(profile, Purpose.ProfileKeeping, [.. Texts, ProfileFields.Avatar], ct)
            : await MayAsync(subject, Purpose.ProfileKeeping, ct) ? new(new Dictionary<ProfileFields, string>(), ProfileFields.None, null, EmailProved: false) : null;

    /// <summary>What everybody sees at an address; null where there is nothing to be seen.</summary>
    public async Task<ProfileView?> ReadPageAsync(Guid page, CancellationToken ct) =>
        await db.Profiles.AsNoTracking().FirstOrDefaultAsync(p => p.Page == page && p.Public != ProfileFields.None && p.EndedAt == null, ct) is { } profile
            && await OpenAsync(profile, Purpose.ProfilePublication, [.. Texts.Append(ProfileFields.Avatar).Where(f => profile.Public.HasFlag(f))], ct) is { Values.Count: > 0 } view ? view : null;

    /// <summary>What is wrong with a text, where something is. An empty one clears the field.</summary>
    public static ProfileProblem? ProblemOf(ProfileFields field, string text)
    {
        if (text.Length > Longest) return ProfileProblem.TooLong;
        if (text.Any(c => char.IsControl(c) || c is '\u2028' or '\u2029')) return ProfileProblem.NotOnOneLine;
        return field is ProfileFields.Email && text.Length > 0 && !(MimeKit.MailboxAddress.TryParse(text, out var address) && address.Address == text && address.Domain.Contains('.', StringComparison.Ordinal)) ? ProfileProblem.NoAddress : null;
    }

    /// <summary>Saves the texts that are named, and what everybody may see; nothing at all where it must not be kept. Parts that are not theirs to publish stay private.</summary>
    public Task<bool> SaveAsync(Subject subject, IReadOnlyDictionary<ProfileFields, string> texts, ProfileFields shown, CancellationToken ct) => ChangeAsync(subject, async profile =>
    {
        if (texts.TryGetValue(ProfileFields.Email, out var email) && email != (await ReadAsync(subject, ct))?.Values.GetValueOrDefault(ProfileFields.Email, ""))
        {
            profile.EmailProvedAt = null; // another address proves itself anew
            if (db.Entry(profile).State is not EntityState.Added) db.Entry(profile).Property(p => p.EmailProvedAt).IsModified = true; // also where the proof of the former comes in between
        }

        foreach (var (field, text) in texts) Set(profile, field, text.Length == 0 ? null : await vault.SealAsync(subject, CategoryOf(field), text, ct));
        Show(profile, await MayAsync(subject, Purpose.ProfilePublication, ct) ? shown : ProfileFields.None);
    }, ct);

    /// <summary>Takes the picture; null clears it.</summary>
    public Task<bool> SaveAvatarAsync(Subject subject, byte[]? jpeg, CancellationToken ct) => ChangeAsync(subject, async profile =>
    {
        profile.Avatar = jpeg is null ? null : await vault.SealAsync(subject, Category.ProfileAvatar, Convert.ToBase64String(jpeg), ct);
        Show(profile, profile.Public);
    }, ct);

    /// <summary>The address is the holder's, if it is still the one that is kept: what is sent to them may go there.</summary>
    public async Task ProveEmailAsync(Subject subject, string address, CancellationToken ct)
    {
        if (await db.Profiles.AsNoTracking().FirstOrDefaultAsync(p => p.Subject == subject, ct) is not { Email: { } email } profile) return;
        if ((await OpenAsync(profile, Purpose.ProfileKeeping, [ProfileFields.Email], ct))?.Values.GetValueOrDefault(ProfileFields.Email) != address) return;
        await db.Profiles.Where(p => p.Subject == subject && p.Email!.Equals(email)).ExecuteUpdateAsync(p => p.SetProperty(x => x.EmailProvedAt, clock.GetUtcNow()), ct);
    }

    /// <summary>Whoever no longer wants a profile kept has none from then on; whoever no longer wants it published has a private one.</summary>
    public async Task EraseAsync(Subject subject, Purpose purpose, Recipient? recipient, CancellationToken ct)
    {
        if (purpose == Purpose.ProfileKeeping) await db.Profiles.Where(p => p.Subject == subject).ExecuteDeleteAsync(ct);
        else await db.Profiles.Where(p => p.Subject == subject).ExecuteUpdateAsync(p => p.SetProperty(x => x.Public, ProfileFields.None).SetProperty(x => x.Page, (Guid?)null), ct);
    }

    internal static Category CategoryOf(ProfileFields field) => field switch
    {
        ProfileFields.Name => Category.ProfileName, ProfileFields.Email => Category.ContactEmail, ProfileFields.Company => Category.ProfileCompany, ProfileFields.Department => Category.ProfileDepartment,
        ProfileFields.Position => Category.ProfilePosition, ProfileFields.Industry => Category.ProfileIndustry, _ => Category.ProfileAvatar,
    };

    private static Sealed? Of(Profile p, ProfileFields field) => field switch
    {
        ProfileFields.Name => p.Name, ProfileFields.Email => p.Email, ProfileFields.Company => p.Company, ProfileFields.Department => p.Department, ProfileFields.Position => p.Position, ProfileFields.Industry => p.Industry, _ => p.Avatar,
    };

    private static void Set(Profile p, ProfileFields field, Sealed? value)
    {
        switch (field)
        {
            case ProfileFields.Name: p.Name = value; break;
            case ProfileFields.Email: p.Email = value; break;
            case ProfileFields.Company: p.Company = value; break;
            case ProfileFields.Department: p.Department = value; break;
            case ProfileFields.Position: p.Position = value; break;
            default: p.Industry = value; break;
        }
    }

    // What is empty is not shown either: filling it in later is no choice to publish it.
    private static void Show(Profile profile, ProfileFields shown)
    {
        var filled = Texts.Append(ProfileFields.Avatar).Where(f => Of(profile, f) is not null).Aggregate(ProfileFields.None, (all, f) => all | f);
        profile.Public = shown & Publishable & filled;
        profile.Page = profile.Public is ProfileFields.None ? null : profile.Page ?? new Guid(RandomNumberGenerator.GetBytes(16));
    }

    private async Task<bool> ChangeAsync(Subject subject, Func<Profile, Task> change, CancellationToken ct)
    {
        if (!await MayAsync(subject, Purpose.ProfileKeeping, ct)) return false;
        for (var again = false; ; again = true)
        {
            var profile = await db.Profiles.FirstOrDefaultAsync(p => p.Subject == subject, ct);
            if (profile is null) db.Add(profile = new() { Subject = subject });
            await change(profile);
            try
            {
                await db.SaveChangesAsync(ct);
                return true;
            }
            catch (DbUpdateException) when (!again && db.Entry(profile).State is EntityState.Added)
            {
                db.Entry(profile).State = EntityState.Detached; // another device made it meanwhile
            }
        }
    }

    private async Task<ProfileView?> OpenAsync(Profile profile, Purpose purpose, IReadOnlyList<ProfileFields> fields, CancellationToken ct)
    {
        if (await guard.DemandAsync(profile.Subject, purpose, [.. fields.Select(CategoryOf)], ct) is not Decision.Allowed yes) return null;
        Dictionary<ProfileFields, string> values = [];
        foreach (var field in fields)
            if (Of(profile, field) is { } value && await vault.OpenAsync(yes.Capability, CategoryOf(field), value, ct) is { } text) values[field] = text;
        return new(values, profile.Public, profile.Page, profile.EmailProvedAt is not null);
    }
}
