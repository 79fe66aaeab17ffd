using Qijian.Platform.CommandLine;
using Qijian.Platform.Data;

namespace Qijian.Modules.Privacy;

/// <summary>
/// Publishes what the installation brings, and serves nothing under a policy that is not the published one: neither where a row of
/// the database was changed, nor where the files of a published version were.
/// </summary>
internal sealed class PreparePolicy(PolicyFolder folder, PolicyVersions versions, PublishPolicy publish, CurrentPolicy current, TimeProvider clock) : IPreparation
{
    public async Task RunAsync(CancellationToken ct)
    {
        var newest = folder.Newest;
        var rows = await versions.ListAsync(ct);
        if (await versions.VerifyAsync(ct) is [var fault, ..]) throw new ConfigurationException(TamperedWords(fault));
        if (rows.LastOrDefault() is { } last && last.Number > newest) throw new ConfigurationException(OlderWords(newest, last.Number));
        foreach (var number in folder.Numbers().Intersect(rows.Select(r => r.Number))) await CompareAsync(number, newest, ct);
        if (rows.All(r => r.Number < newest)) await PublishAsync(newest, rows, ct);
        await current.RefreshAsync(versions, ct);
    }

    private async Task CompareAsync(int number, int newest, CancellationToken ct)
    {
        var (published, shipped) = ((await versions.FindAsync(number, ct))!.Content, folder.Draft(number).Content);
        if (number != newest) shipped = shipped with { Registry = published.Registry }; // the folder has the newest one's only
        if (shipped.DifferencesFrom(published).ToList() is { Count: > 0 } files) throw new ConfigurationException(ChangedWords(number, newest, files));
    }

    // The day in the file is the earliest: an installation that gets the version later has to give its people the same notice.
    private async Task PublishAsync(int newest, List<PolicyVersion> rows, CancellationToken ct)
    {
        var draft = folder.Draft(newest);
        if (rows.Count > 0 && await versions.InEffectAsync(ct) is { } before)
        {
            var broadened = draft.Change is ChangeClass.Broadened || RegistryReach.Between(before.Registry, ProcessingRegistry.Read(draft.Content.Registry).Registry).Count > 0;
            var earliest = ActivatePolicy.LeadOf(broadened ? ChangeClass.Broadened : draft.Change, before.Registry).After(clock.GetUtcNow());
            if (draft.EffectiveFrom < earliest) draft = draft with { EffectiveFrom = ChinaTime.Midnight(ChinaTime.Day(earliest).AddDays(1)) };
        }

        if (await publish.RunAsync(draft, ct) is not (PublishResult.Published or PublishResult.NumberTaken) and var refused) throw new ConfigurationException($"policy/versions/{newest}: {refused.Words}");
    }

    private static string TamperedWords(PolicyFault fault) => $"""
        数据库中隐私政策第 {fault.Number} 版不是公布时的内容（{fault.Words}）。请从备份恢复表 privacy_policy_versions 的这一行。
        Version {fault.Number} of the privacy policy in the database is not what was published ({fault.Words}). Restore its row of privacy_policy_versions from a backup.
        """;

    private static string OlderWords(int newest, int published) => $"""
        已公布隐私政策第 {published} 版，而本程序只带到第 {newest} 版。请改用带有第 {published} 版的程序。
        Version {published} of the privacy policy is published, but this program brings only {newest}. Start a program that brings {published}.
        """;

    private static string ChangedWords(int number, int newest, List<string> files) => $"""
        隐私政策第 {number} 版已经公布，不能再改；与公布时不同的有：{string.Join("、", files)}。请恢复这些文件，并把改动作为新的版本放入 policy/versions/{newest + 1}。
        Version {number} of the privacy policy is published and cannot change any more; these differ from it: {string.Join(", ", files)}. Restore them, and give the change a new number: policy/versions/{newest + 1}.
        """;
}
