using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Qijian.Modules.Accounts;
using Qijian.Modules.Privacy;

namespace Qijian.Tests.Modules.Accounts;

/// <summary>A site with a clock of the test, at whose accounts persons sign up.</summary>
internal static class OpenAccounts
{
    /// <summary>The policy of an operator who keeps accounts closed.</summary>
    public static PolicyFolder Closed => PolicyFolder.Shipped.With(TextChange.OfEntry("registry/features.yaml", Feature.Accounts.Id, "open: true", "open: false"), Directory.CreateTempSubdirectory("qijian-policy-").FullName);

    /// <summary>The mechanism that an operator enters for providers abroad.</summary>
    public static readonly IReadOnlyList<TextChange> Abroad =
        [.. new[] { Recipient.SocialApple, Recipient.SocialMicrosoft, Recipient.SocialGithub }.Select(r => TextChange.OfEntry("registry/recipients.yaml", r.Id, "mechanism: null", "mechanism: standard_contract"))];

    /// <summary>Turns a member's second factor on, without which a role of the staff does not count.</summary>
    public static Task AddFactorAsync(TestSite site, string number) => site.WithAsync<IServiceProvider, int>(async services =>
    {
        var member = await services.GetRequiredService<KeepRoles>().FindMemberAsync(new("+86" + number), TestContext.Current.CancellationToken);
        await AccountWalk.AddFactorAsync(services, member!.Subject, TestContext.Current.CancellationToken);
        return 0;
    });

    public static Task<TestSite> StartAsync(TimeProvider clock, bool postgres = false, Action<IServiceCollection>? replace = null, IReadOnlyList<TextChange>? opened = null, params string[] settings) => TestSite.StartAsync(
        services =>
        {
            services.AddSingleton(clock);
            if (opened is not null) services.Replace(ServiceDescriptor.Singleton(opened.Aggregate(PolicyFolder.Shipped, (folder, change) => folder.With(change, Directory.CreateTempSubdirectory("qijian-policy-").FullName))));
            replace?.Invoke(services);
        },
        postgres, settings: settings);
}
