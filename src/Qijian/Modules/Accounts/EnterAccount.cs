using System.Globalization;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.ModelBinding;
using Microsoft.AspNetCore.Mvc.ViewFeatures;
using Microsoft.EntityFrameworkCore;
using Qijian.Modules.Messaging;
using Qijian.Modules.Privacy;
using Qijian.Platform;

namespace Qijian.Modules.Accounts;

/// <summary>What may be done with a number that was just proved.</summary>
internal abstract record ProvedNumber
{
    /// <summary>Its account.</summary>
    /// <param name="Idle">It was long unused and the device is a new one: the number may have another holder by now.</param>
    public sealed record Known(Member Member, bool Idle) : ProvedNumber;

    /// <summary>It has none.</summary>
    public sealed record New : ProvedNumber;
}

/// <summary>The first step of a sign-in is done, by this method.</summary>
internal sealed record SecondStepTicket(string Member, SignInMethod Method, DateTimeOffset At) : Ticket(At)
{
    protected internal override TimeSpan Lifetime => TimeSpan.FromMinutes(10);
}

/// <summary>The form of the second step.</summary>
/// <param name="Ticket">Null where the first step was too long ago.</param>
internal sealed record SecondStepForm(string? Ticket, string? To, string? Problem);

/// <summary>Opens accounts for proved numbers and signs their holders in.</summary>
internal sealed class EnterAccount(AppDb db, IVault vault, OneTimeCodes codes, SecondFactors factors, SignInTickets tickets, Device device, IPurposeGuard guard, IMessageGate messages, IGuardianConsents guardians, TimeProvider clock)
{
    private static readonly TimeSpan LongUnused = TimeSpan.FromDays(90), Day = TimeSpan.FromDays(1);

    /// <summary>So many devices in a day are unusual: from then on only a code to the number signs in another, which also ends this.</summary>
    internal const int UnusualDevices = 5;

    public async Task<ProvedNumber> FindAsync(PhoneNumber proved, CancellationToken ct)
    {
        var index = codes.IndexOf(proved);
        if (await db.Members.FirstOrDefaultAsync(m => m.PhoneIndex == index && m.EndedAt == null, ct) is not { } member) return new ProvedNumber.New();
        return new ProvedNumber.Known(member, clock.GetUtcNow() - member.SeenAt > LongUnused && !await IsKnownDeviceAsync(member.Subject, ct));
    }

    /// <summary>The member, while the account is open.</summary>
    public Task<Member?> MemberAsync(Subject subject, CancellationToken ct) => db.Members.FirstOrDefaultAsync(m => m.Subject == subject && m.EndedAt == null, ct);

    /// <summary>Opens an account; that which there is by now, where another request was faster.</summary>
    public async Task<Member> SignUpAsync(PhoneNumber proved, AgeBand band, PhoneNumber? guardian, bool english, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var subject = Subject.Create(SubjectKind.Member);
        Member member = new()
        {
            Subject = subject, Phone = await vault.SealAsync(subject, Category.ContactPhone, proved.E164, ct), PhoneIndex = codes.IndexOf(proved),
            Band = await vault.SealAsync(subject, Category.MinorBand, ((int)band).ToString(CultureInfo.InvariantCulture), ct), Minor = band is not AgeBand.Adult, English = english, CreatedAt = now, SeenAt = now,
        };
        try
        {
            // No account without it; should the account not come to be, the record leads to nobody.
            if (guardian is not null) await guardians.RecordAsync(subject, AccountsModule.SignUpPath, ct);
            db.Add(member);
            if (guardian is { } agreed) db.Add(new Guardian { Subject = subject, Phone = await vault.SealAsync(subject, Category.MinorGuardian, agreed.E164, ct), AgreedAt = now });
            await db.SaveChangesAsync(ct);
            return member;
        }
        catch (DbUpdateException e)
        {
            db.ChangeTracker.Clear();
            return await FindAsync(proved, ct) is ProvedNumber.Known { Idle: false } known ? known.Member : throw new InvalidOperationException("A number could be given neither to a new account nor to one that there is.", e);
        }
    }

    /// <summary>Takes the number from an account whose holder gave it up: that account keeps what is in it, unreachable by this number.</summary>
    public async Task TakeNumberAsync(Member former, CancellationToken ct)
    {
        (former.Phone, former.PhoneIndex) = (null, null);
        await db.SaveChangesAsync(ct);
        await db.Sessions.Where(s => s.Subject == former.Subject).ExecuteDeleteAsync(ct);
    }

    /// <summary>
    /// Where every way of signing in ends: whoever proved to be this member is signed in and led on, or first asked for the second step
    /// where it is on. A passkey is two factors by itself.
    /// </summary>
    public async Task<IActionResult> ContinueAsync(HttpContext http, Member member, SignInMethod method, string? to, CancellationToken ct)
    {
        if (method is not SignInMethod.Code && await IsUnusualAsync(member.Subject, ct)) return await LockAsync(member, method, to, ct);
        if (method is not SignInMethod.Passkey && await factors.FindAsync(member.Subject, ct) is not null) return Ask(new(tickets.Write(new SecondStepTicket(member.Subject.ToString(), method, clock.GetUtcNow())), to, null));
        await SignInAsync(http, member, method, ct);
        return Onwards(to);
    }

    // A new device is unusual where nobody could have got from the last sign-in, and after many others since the number last proved its holder.
    private async Task<bool> IsUnusualAsync(Subject subject, CancellationToken ct)
    {
        if (await IsKnownDeviceAsync(subject, ct)) return false;
        if (await IsOutOfReachAsync(subject, ct)) return true;
        var since = clock.GetUtcNow() - Day;
        var proved = await db.SignIns.Where(s => s.Subject == subject && s.Outcome == SignInOutcome.SignedIn && s.Method == SignInMethod.Code).MaxAsync(s => (DateTimeOffset?)s.At, ct);
        if (proved > since) since = proved.Value;
        return await db.SignIns.Where(s => s.Subject == subject && s.Outcome == SignInOutcome.SignedIn && s.At > since).Select(s => s.DeviceIndex).Distinct().CountAsync(ct) >= UnusualDevices;
    }

    private async Task<bool> IsOutOfReachAsync(Subject subject, CancellationToken ct)
    {
        if (device.Place is not { } here) return false;
        var now = clock.GetUtcNow();
        var since = now - Day;
        return await db.SignInPlaces.AsNoTracking().Where(p => p.Subject == subject && p.At > since).OrderByDescending(p => p.At).FirstOrDefaultAsync(ct) is { } last
            && await guard.DemandAsync(subject, Purpose.AccountSecurity, [Category.NetworkPlace], ct) is Decision.Allowed yes
            && NetworkPlace.Parse(await vault.OpenAsync(yes.Capability, Category.NetworkPlace, last.Place, ct)) is { } there && there.IsOutOfReach(here, now - last.At);
    }

    private async Task<IActionResult> LockAsync(Member member, SignInMethod method, string? to, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        await RecordAsync(member.Subject, method, SignInOutcome.Locked, null, ct);
        foreach (var channel in (MessageChannel[])[MessageChannel.Inbox, MessageChannel.Sms]) // once a day, however often it is tried
            await messages.SendAsync(new(MessageTemplate.AccountLocked, channel, member.Subject) { Key = $"locked-{Shared.Format.Day(now)}", Values = new Dictionary<string, string>(StringComparer.Ordinal) { ["time"] = ChinaTime.Minute(now) } }, ct);
        await db.SaveChangesAsync(ct);
        return new LocalRedirectResult($"{Language.Path(AccountsModule.SignInPath)}?locked=true&to={Uri.EscapeDataString(to ?? "")}");
    }

    /// <summary>The same after the second step.</summary>
    public async Task<IActionResult> ContinueAsync(HttpContext http, string? ticket, string? code, string? to, CancellationToken ct)
    {
        if (tickets.Read<SecondStepTicket>(ticket) is not { } proved) return Ask(new(null, to, Text.TicketOver));
        var subject = Subject.Parse(proved.Member, null);
        if (await MemberAsync(subject, ct) is not { } member) return Ask(new(null, to, Text.TicketOver));
        switch (await factors.ProveAsync(subject, code, await IsKnownDeviceAsync(subject, ct), ct))
        {
            case FactorAnswer.Right:
                await SignInAsync(http, member, proved.Method, ct);
                return Onwards(to);
            case FactorAnswer.TooMany { Again: var wait }:
                return Ask(new(ticket, to, Text.SecondStepTooMany.With(Math.Ceiling(wait.TotalMinutes))));
            default:
                await RecordAsync(subject, proved.Method, SignInOutcome.SecondFactorMissing, null, ct);
                await db.SaveChangesAsync(ct);
                return Ask(new(ticket, to, Text.SecondStepWrong));
        }
    }

    /// <summary>To where somebody wanted to go, if that is on this site.</summary>
    public static LocalRedirectResult Onwards(string? to) => new(to is { Length: > 0 } && RedirectHttpResult.IsLocalUrl(to) ? to : Language.Path(AccountsModule.AccountPath));

    /// <summary>In which language what is sent speaks from now on.</summary>
    public async Task SpeakAsync(Member member, bool english, CancellationToken ct)
    {
        member.English = english;
        await db.SaveChangesAsync(ct);
    }

    /// <summary>Puts a change of the ways of signing in into the owner's history and tells them, here and by SMS.</summary>
    public async Task TellOfChangeAsync(Member member, SignInOutcome change, CancellationToken ct)
    {
        await RecordAsync(member.Subject, change is SignInOutcome.PasskeyAdded or SignInOutcome.PasskeyRemoved ? SignInMethod.Passkey : change is SignInOutcome.PasswordSet or SignInOutcome.PasswordRemoved ? SignInMethod.Password : SignInMethod.Code, change, null, ct);
        await TellAsync(MessageTemplate.SecurityChange, member, ct);
        await db.SaveChangesAsync(ct);
    }

    private async Task SignInAsync(HttpContext http, Member member, SignInMethod method, CancellationToken ct)
    {
        var (now, known) = (clock.GetUtcNow(), await IsKnownDeviceAsync(member.Subject, ct));
        var first = !await db.SignIns.AnyAsync(s => s.Subject == member.Subject && s.Outcome == SignInOutcome.SignedIn, ct);
        await RecordAsync(member.Subject, method, SignInOutcome.SignedIn, device.RememberFor(member.Subject), ct);
        await KeepPlaceAsync(member.Subject, now, ct);
        member.SeenAt = now;
        if (!known && !first) await TellAsync(MessageTemplate.NewDevice, member, ct);
        await db.SaveChangesAsync(ct);
        AuthenticationProperties properties = new() { IsPersistent = true, IssuedUtc = now, ExpiresUtc = now + SessionStore.Longest };
        (properties.Items[SessionStore.DeviceProperty], properties.Items[SessionStore.MethodProperty]) = (device.Words, method.ToString());
        await http.SignInAsync(IdentityConstants.ApplicationScheme, SessionStore.PrincipalOf(member.Subject, null), properties);
    }

    // The last one is enough; of two at once both stay for a day.
    private async Task KeepPlaceAsync(Subject subject, DateTimeOffset now, CancellationToken ct)
    {
        if (device.Place is not { } place) return;
        await db.SignInPlaces.Where(p => p.Subject == subject).ExecuteDeleteAsync(ct);
        db.Add(new SignInPlace { Id = Guid.CreateVersion7(now), Subject = subject, Place = await vault.SealAsync(subject, Category.NetworkPlace, place.ToString(), ct), At = now });
    }

    public async Task SignOutAsync(HttpContext http, CancellationToken ct)
    {
        if (SessionStore.SubjectOf(http.User) is { } subject)
        {
            await RecordAsync(subject, SignInMethod.Code, SignInOutcome.SignedOut, device.IndexFor(subject), ct);
            await db.SaveChangesAsync(ct);
        }

        await http.SignOutAsync(IdentityConstants.ApplicationScheme);
    }

    public async Task RecordAsync(Subject subject, SignInMethod method, SignInOutcome outcome, byte[]? index, CancellationToken ct) =>
        db.Add(new SignInRecord { Id = Guid.CreateVersion7(clock.GetUtcNow()), Subject = subject, Method = method, Outcome = outcome, Device = await vault.SealAsync(subject, Category.DeviceSystem, device.Words, ct), DeviceIndex = index, At = clock.GetUtcNow() });

    public async Task<bool> IsKnownDeviceAsync(Subject subject, CancellationToken ct) =>
        device.IndexFor(subject) is { } index && await db.SignIns.AnyAsync(s => s.Subject == subject && s.DeviceIndex == index && s.Outcome == SignInOutcome.SignedIn, ct);

    private async Task TellAsync(MessageTemplate template, Member member, CancellationToken ct)
    {
        Dictionary<string, string> values = new(StringComparer.Ordinal) { ["time"] = ChinaTime.Minute(clock.GetUtcNow()), ["device"] = device.Words };
        foreach (var channel in (MessageChannel[])[MessageChannel.Inbox, MessageChannel.Sms])
            await messages.SendAsync(new(template, channel, member.Subject) { Values = values }, ct);
    }

    // A view, not a page: whatever page or callback the first step was on can answer with it.
    private static ViewResult Ask(SecondStepForm form) => new()
    {
        ViewName = "/Modules/Accounts/Pages/_SecondStep.cshtml", StatusCode = form.Problem is null ? StatusCodes.Status200OK : StatusCodes.Status400BadRequest,
        ViewData = new ViewDataDictionary<SecondStepForm>(new EmptyModelMetadataProvider(), new ModelStateDictionary()) { Model = form },
    };
}
