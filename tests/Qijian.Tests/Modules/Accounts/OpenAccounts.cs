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

    public static Task<TestSite> StartAsync(TimeProvider clock, bool postgres = false, Action<IServiceCollection>? replace = null) => TestSite.StartAsync(
        services =>
        {
            services.Replace(ServiceDescriptor.Singleton(Policy)).AddSingleton(clock);
            replace?.Invoke(services);
        },
        postgres);

    private static PolicyFolder Policy { get; } = new[]
    {
        TextChange.OfEntry("registry/features.yaml", Feature.Accounts.Id, "open: false", "open: true"), TextChange.OfEntry("registry/features.yaml", Feature.Minors.Id, "open: false", "open: true"),
        TextChange.OfEntry("registry/features.yaml", Feature.Profile.Id, "open: false", "open: true"),
        new TextChange("registry/cookies.yaml", text => text.TrimEnd() + Cookies + "\n"),
    }.Aggregate(PolicyFolder.Shipped, (folder, change) => folder.With(change, Directory.CreateTempSubdirectory("qijian-policy-").FullName));
}
