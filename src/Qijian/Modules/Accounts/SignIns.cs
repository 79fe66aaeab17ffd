using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Qijian.Modules.Accounts;
using Qijian.Modules.Privacy;
using Qijian.Platform;

namespace Qijian
{
    internal abstract partial class AppDb
    {
        public DbSet<SignInRecord> SignIns => Set<SignInRecord>();
        public DbSet<SignInPlace> SignInPlaces => Set<SignInPlace>();
    }
}

namespace Qijian.Modules.Accounts
{
    internal enum SignInMethod { Code = 1, Password = 2, Passkey = 3, Social = 4 }

    internal enum SignInOutcome { SignedIn = 1, WrongPassword = 2, SignedOut = 3, Ended = 4, SecondFactorMissing = 5, SecondFactorOn = 6, SecondFactorOff = 7, RecoveryCodesMade = 8, PasskeyAdded = 9, PasskeyRemoved = 10, Locked = 11, PasswordSet = 12, PasswordRemoved = 13 }

    /// <summary>A line of the holder's own history. No network address: it is not kept anywhere.</summary>
    internal sealed class SignInRecord : IEntityTypeConfiguration<SignInRecord>
    {
        public Guid Id { get; init; }
        public required Subject Subject { get; init; }
        public SignInMethod Method { get; init; }
        public SignInOutcome Outcome { get; init; }
        [Personal(CategoryId.DeviceSystem)] public required Sealed Device { get; init; }

        [Personal(CategoryId.DeviceId, Waiver = "A keyed index of the random number of the device, for this person alone: it tells a known device from a new one")]
        public byte[]? DeviceIndex { get; set; }
        [RetentionStart] public DateTimeOffset At { get; init; }

        void IEntityTypeConfiguration<SignInRecord>.Configure(EntityTypeBuilder<SignInRecord> builder)
        {
            builder.ToTable("accounts_sign_ins").HasKey(s => s.Id);
            builder.HasIndex(s => new { s.Subject, s.At });
        }
    }

    /// <summary>About where somebody signed in last, for a day, where the operator's proxy tells places.</summary>
    internal sealed class SignInPlace : IEntityTypeConfiguration<SignInPlace>
    {
        public Guid Id { get; init; }
        public required Subject Subject { get; init; }
        [Personal(CategoryId.NetworkPlace, Retention = "sign_in_place")] public required Sealed Place { get; init; }
        [RetentionStart("sign_in_place")] public DateTimeOffset At { get; init; }

        void IEntityTypeConfiguration<SignInPlace>.Configure(EntityTypeBuilder<SignInPlace> builder)
        {
            builder.ToTable("accounts_sign_in_places").HasKey(p => p.Id);
            builder.HasIndex(p => p.Subject);
        }
    }

    /// <summary>What a request says of the device it comes from: a random number of ours, which its holder can have reset, and browser and system in a few words.</summary>
    internal sealed class Device(IHttpContextAccessor http, IVault vault)
    {
        public const string Cookie = "__Host-qijian-device";

        private static readonly string[] Browsers = ["Edg/Edge", "OPR/Opera", "MicroMessenger/WeChat", "Firefox/Firefox", "Chrome/Chrome", "Safari/Safari"];
        private static readonly string[] Systems = ["HarmonyOS/HarmonyOS", "Android/Android", "iPhone/iPhone", "iPad/iPad", "Windows/Windows", "Mac OS X/macOS", "Linux/Linux"];

        public string Words
        {
            get
            {
                var agent = http.HttpContext?.Request.Headers.UserAgent.ToString() ?? "";
                return string.Join(" · ", new[] { Known(Browsers, agent), Known(Systems, agent) }.OfType<string>()) is { Length: > 0 } words ? words : Text.DeviceUnknown;
            }
        }

        /// <summary>About where its network is.</summary>
        public NetworkPlace? Place => http.HttpContext?.Place();

        /// <summary>By which a device of this person is known again, and of no other person's.</summary>
        public byte[]? IndexFor(Subject subject) => Number is { } number ? IndexOf(subject, number) : null;

        /// <summary>Gives the device a number where it has none.</summary>
        public byte[] RememberFor(Subject subject)
        {
            if (Number is not { } number)
            {
                number = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
                http.HttpContext!.Response.Cookies.Append(Cookie, number, new() { Path = "/", Secure = true, HttpOnly = true, SameSite = SameSiteMode.Lax, MaxAge = TimeSpan.FromDays(365) });
            }

            return IndexOf(subject, number);
        }

        /// <summary>The next sign-in comes from a device that nobody knows.</summary>
        public void Reset() => http.HttpContext!.Response.Cookies.Delete(Cookie, new() { Path = "/", Secure = true, HttpOnly = true, SameSite = SameSiteMode.Lax });

        private string? Number => http.HttpContext?.Request.Cookies[Cookie] is { Length: 32 } number && number.All(char.IsAsciiHexDigitLower) ? number : null;

        private byte[] IndexOf(Subject subject, string number) => vault.BlindIndex(Purpose.AccountSecurity, Category.DeviceId, $"{subject}|{number}");

        private static string? Known(string[] names, string agent) => names.FirstOrDefault(n => agent.Contains(n[..n.IndexOf('/', StringComparison.Ordinal)], StringComparison.Ordinal)) is { } found ? found[(found.IndexOf('/', StringComparison.Ordinal) + 1)..] : null;
    }
}
