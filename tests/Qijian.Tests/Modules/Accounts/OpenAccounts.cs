using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Qijian.Modules.Privacy;

namespace Qijian.Tests.Modules.Accounts;

/// <summary>A site whose registry opens accounts: the shipped one keeps them closed until all that the policy promises of them is there.</summary>
internal static class OpenAccounts
{
    private const string Cookies = """

        - id: __Host-qijian-session
          kind: cookie
          purpose: account_identity
          ttl: P90D
          essential: true
          zh: 登录状态
          en: Signed in
        - id: __Host-qijian-device
          kind: cookie
          purpose: account_security
          ttl: P1Y
          essential: true
          zh: 设备编号
          en: Number of the device
        """;

    private const string SocialCookie = """

        - id: __Host-qijian-social
          kind: cookie
          purpose: account_security
          ttl: PT30M
          essential: true
          zh: 前往社交账号提供方途中的凭据
          en: What binds the way to a provider to this browser
        """;

    /// <summary>What an operator enters who opens signing in with social accounts: an assessment, and for providers abroad a mechanism.</summary>
    public static readonly IReadOnlyList<TextChange> Social =
    [
        TextChange.OfEntry("registry/features.yaml", Feature.SocialSignIn.Id, "open: false", "open: true"),
        TextChange.OfEntry("registry/pia.yaml", "social_sign_in", "approved_by: null\n  approved_on: null\n  valid_until: null", "approved_by: a\n  approved_on: 2026-11-01\n  valid_until: 2028-11-01"),
        .. new[] { Recipient.SocialApple, Recipient.SocialMicrosoft, Recipient.SocialGithub }.Select(r => TextChange.OfEntry("registry/recipients.yaml", r.Id, "mechanism: null", "mechanism: standard_contract")),
        new TextChange("registry/cookies.yaml", text => text.TrimEnd() + SocialCookie + "\n"),
    ];

    private static readonly PolicyFolder Accounts = With(PolicyFolder.Shipped,
    [
        TextChange.OfEntry("registry/features.yaml", Feature.Accounts.Id, "open: false", "open: true"), TextChange.OfEntry("registry/features.yaml", Feature.Minors.Id, "open: false", "open: true"),
        new TextChange("registry/cookies.yaml", text => text.TrimEnd() + Cookies + "\n"),
    ]);

    public static Task<TestSite> StartAsync(TimeProvider clock, bool postgres = false, Action<IServiceCollection>? replace = null, IReadOnlyList<TextChange>? opened = null, params string[] settings) => TestSite.StartAsync(
        services =>
        {
            services.Replace(ServiceDescriptor.Singleton(With(Accounts, opened ?? []))).AddSingleton(clock);
            replace?.Invoke(services);
        },
        postgres, settings: settings);

    private static PolicyFolder With(PolicyFolder folder, IReadOnlyList<TextChange> changes) => changes.Aggregate(folder, (f, change) => f.With(change, Directory.CreateTempSubdirectory("qijian-policy-").FullName));
}
