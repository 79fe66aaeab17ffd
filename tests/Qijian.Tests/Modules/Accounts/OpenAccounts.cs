using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Qijian.Modules.Privacy;

namespace Qijian.Tests.Modules.Accounts;

/// <summary>A site with a clock of the test, at whose accounts persons sign up.</summary>
internal static class OpenAccounts
{
    private const string SocialCookie = """

        - id: __Host-qijian-social
          kind: cookie
          purpose: account_security
          ttl: PT30M
          essential: true
          zh: 前往社交账号提供方途中的凭据
          en: What binds the way to a provider to this browser
        """;

    /// <summary>The policy of an operator who keeps accounts closed.</summary>
    public static PolicyFolder Closed => PolicyFolder.Shipped.With(TextChange.OfEntry("registry/features.yaml", Feature.Accounts.Id, "open: true", "open: false"), Directory.CreateTempSubdirectory("qijian-policy-").FullName);

    /// <summary>What an operator enters who opens signing in with social accounts: an assessment, and for providers abroad a mechanism.</summary>
    public static readonly IReadOnlyList<TextChange> Social =
    [
        TextChange.OfEntry("registry/features.yaml", Feature.SocialSignIn.Id, "open: false", "open: true"),
        TextChange.OfEntry("registry/pia.yaml", "social_sign_in", "approved_by: null\n  approved_on: null\n  valid_until: null", "approved_by: a\n  approved_on: 2026-11-01\n  valid_until: 2028-11-01"),
        .. new[] { Recipient.SocialApple, Recipient.SocialMicrosoft, Recipient.SocialGithub }.Select(r => TextChange.OfEntry("registry/recipients.yaml", r.Id, "mechanism: null", "mechanism: standard_contract")),
        new TextChange("registry/cookies.yaml", text => text.TrimEnd() + SocialCookie + "\n"),
    ];

    public static Task<TestSite> StartAsync(TimeProvider clock, bool postgres = false, Action<IServiceCollection>? replace = null, IReadOnlyList<TextChange>? opened = null, params string[] settings) => TestSite.StartAsync(
        services =>
        {
            services.AddSingleton(clock);
            if (opened is not null) services.Replace(ServiceDescriptor.Singleton(opened.Aggregate(PolicyFolder.Shipped, (folder, change) => folder.With(change, Directory.CreateTempSubdirectory("qijian-policy-").FullName))));
            replace?.Invoke(services);
        },
        postgres, settings: settings);
}
