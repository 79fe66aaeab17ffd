using Microsoft.EntityFrameworkCore;

namespace Qijian.Modules.Accounts;

/// <summary>What became of a password.</summary>
internal abstract record PasswordAnswer
{
    public sealed record Right(Member Member) : PasswordAnswer;

    /// <summary>Number or password are wrong: which, is not said.</summary>
    public sealed record Wrong : PasswordAnswer;

    /// <summary>Too many tries; a code by short message signs in meanwhile.</summary>
    public sealed record TooMany(TimeSpan Again) : PasswordAnswer;
}

/// <summary>
/// Tries are counted for number and network, and for the number as a whole. A device that signed in before has a count of its own, so
/// that strangers cannot use up its owner's; and a code signs in whatever the count of passwords is.
/// </summary>
internal sealed class SignInWithPassword(AppDb db, OneTimeCodes codes, Passwords passwords, AttemptLimits limits, EnterAccount enter)
{
    /// <summary>The same for whoever has just proved the number by a code: with a count that nobody else can use up.</summary>
    public async Task<PasswordAnswer> CheckProvedAsync(PhoneNumber number, string password, CancellationToken ct)
    {
        if (password.Length == 0) return new PasswordAnswer.Wrong();
        var index = codes.IndexOf(number);
        var member = await db.Members.FirstOrDefaultAsync(m => m.PhoneIndex == index && m.EndedAt == null, ct);
        if (await limits.WaitAsync(AttemptKind.PasswordOfProved, number.E164, ct) is { } again) return new PasswordAnswer.TooMany(again);
        return passwords.Verify(member?.Password, password) ? new PasswordAnswer.Right(member!) : new PasswordAnswer.Wrong();
    }

    public async Task<PasswordAnswer> CheckAsync(PhoneNumber number, string password, string network, CancellationToken ct)
    {
        var index = codes.IndexOf(number);
        var member = await db.Members.FirstOrDefaultAsync(m => m.PhoneIndex == index && m.EndedAt == null, ct);
        var known = member is not null && await enter.IsKnownDeviceAsync(member.Subject, ct);
        var wait = known
            ? await limits.WaitAsync(AttemptKind.PasswordOfDevice, number.E164, ct)
            : await limits.WaitAsync(AttemptKind.PasswordFromNetwork, $"{network}|{number.E164}", ct) ?? await limits.WaitAsync(AttemptKind.PasswordOfNumber, number.E164, ct);
        if (wait is { } again) return new PasswordAnswer.TooMany(again);
        if (passwords.Verify(member?.Password, password))
        {
            await limits.ForgetAsync(AttemptKind.PasswordFromNetwork, $"{network}|{number.E164}", ct);
            return new PasswordAnswer.Right(member!);
        }

        if (member is not null)
        {
            await enter.RecordAsync(member.Subject, SignInMethod.Password, SignInOutcome.WrongPassword, null, ct);
            await db.SaveChangesAsync(ct);
        }

        return new PasswordAnswer.Wrong();
    }
}
