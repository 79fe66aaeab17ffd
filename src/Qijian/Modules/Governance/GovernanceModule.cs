using Qijian.Modules.Accounts;

namespace Qijian.Modules.Governance;

/// <summary>What the operator's staff decides and keeps on record.</summary>
public static class GovernanceModule
{
    public static IServiceCollection AddGovernance(this IServiceCollection services) =>
        services.AddSingleton(new StaffPage(StaffRole.Editor, SamePersonsModel.Path, () => Text.SameTitle));
}
