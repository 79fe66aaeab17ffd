using Microsoft.Extensions.DependencyInjection;

namespace Qijian.Tests.Modules.Accounts;

/// <summary>A site with a clock of the test, at whose accounts persons sign up.</summary>
internal static class OpenAccounts
{
    public static Task<TestSite> StartAsync(TimeProvider clock, bool postgres = false, Action<IServiceCollection>? replace = null) => TestSite.StartAsync(
        services =>
        {
            services.AddSingleton(clock);
            replace?.Invoke(services);
        },
        postgres);
}
