using Microsoft.EntityFrameworkCore;
using Qijian.Platform;

namespace Qijian.Modules.Privacy;

/// <summary>What became of the attempt.</summary>
internal abstract record ActivationResult
{
    private ActivationResult() { }

    public sealed record Activated(int Number) : ActivationResult;

    /// <summary>The day has not come.</summary>
    public sealed record NotDue(DateTimeOffset EffectiveFrom) : ActivationResult;

    public sealed record Refused(IReadOnlyList<PolicyObstacle> Obstacles) : ActivationResult;

    /// <summary>It is in effect, or a later one is.</summary>
    public sealed record Passed : ActivationResult;

    public sealed record Unknown : ActivationResult;
}

/// <summary>
/// Puts a published version into effect on its day, or says what is missing. No answer of a person is touched by it: whether an
/// earlier yes still holds is told from the version it was given under.
/// </summary>
internal sealed class ActivatePolicy(AppDb db, PolicyVersions versions, PolicyNotices notices, CurrentPolicy current, IEnumerable<IClauseProbe> probes, TimeProvider clock)
{
    // Stand where a registry does not name its limits.
    private static readonly Period Lead = new(0, 7, TimeSpan.Zero, 0), LeadBroadened = new(0, 30, TimeSpan.Zero, 0);

    public async Task<ActivationResult> RunAsync(int number, CancellationToken ct)
    {
        if (await versions.FindAsync(number, ct) is not { } policy) return new ActivationResult.Unknown();
        var before = await versions.InEffectAsync(ct);
        if (before?.Number >= number) return new ActivationResult.Passed();
        await notices.AddNewcomersAsync(policy.Row, ct);
        var now = clock.GetUtcNow();
        if (policy.Row.EffectiveFrom > now)
        {
            await notices.TellAsync(policy.Row, ct);
            return new ActivationResult.NotDue(policy.Row.EffectiveFrom);
        }

        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        if (await ObstaclesAsync(policy, before, ct) is { Count: > 0 } obstacles) return new ActivationResult.Refused(obstacles);
        await db.PolicyVersions.Where(v => v.Number == number && v.ActivatedAt == null).ExecuteUpdateAsync(v => v.SetProperty(x => x.ActivatedAt, now), ct);
        await transaction.CommitAsync(ct);
        await current.RefreshAsync(versions, ct);
        return new ActivationResult.Activated(number);
    }

    /// <summary>Everything that would keep a version from taking effect on its day.</summary>
    public async Task<IReadOnlyList<PolicyObstacle>> ObstaclesAsync(PublishedPolicy policy, PublishedPolicy? before, CancellationToken ct)
    {
        List<PolicyObstacle> obstacles = [.. OfContent(policy.Content, [.. probes])];
        // By the registry that holds: a version cannot shorten its own lead.
        var lead = LeadOf(policy.Row.Change, (before ?? policy).Registry);
        if (lead.After(policy.Row.PublishedAt) is var earliest && policy.Row.EffectiveFrom < earliest) obstacles.Add(new PolicyObstacle.TooSoon(lead, earliest));
        if (await notices.UntoldAsync(policy.Row, ct) is > 0 and var untold) obstacles.Add(new PolicyObstacle.Untold(untold));
        return obstacles;
    }

    /// <summary>How long before it takes effect a change is published at least.</summary>
    public static Period LeadOf(ChangeClass change, ProcessingRegistry registry) => change is ChangeClass.Broadened
        ? registry.Limits.GetValueOrDefault("policy_lead_broadened")?.Limit ?? LeadBroadened
        : registry.Limits.GetValueOrDefault("policy_lead")?.Limit ?? Lead;

    /// <summary>What is wrong with the texts, the bindings and the registry themselves.</summary>
    public static IEnumerable<PolicyObstacle> OfContent(PolicyContent content, IReadOnlyList<IClauseProbe> probes)
    {
        var (chinese, english) = (PolicyDocument.Parse(content.Chinese), PolicyDocument.Parse(content.English));
        if (DefectsOf(content.Chinese, chinese) is { Count: > 0 } zh) yield return new PolicyObstacle.Defective(PolicyFiles.Chinese, zh);
        if (DefectsOf(content.English, english) is { Count: > 0 } en) yield return new PolicyObstacle.Defective(PolicyFiles.English, en);
        var (bindings, bindingErrors) = Bindings.Read(PolicyFiles.Bindings, content.Bindings);
        var (registry, registryErrors) = ProcessingRegistry.Read(content.Registry);
        RegistryError[] errors = [.. bindingErrors, .. registryErrors, .. RegistryLinter.Check(registry, bindings.ById.Keys.ToHashSet(StringComparer.Ordinal))];
        if (errors.Length > 0) yield return new PolicyObstacle.Unregistered(errors);

        string[] written = [.. chinese.Clauses.SelectMany(c => c.Ids)], translated = [.. english.Clauses.SelectMany(c => c.Ids)];
        // A retired clause has gone, or stands there in other words: both are told by its binding.
        BindingEntry[] bound = [.. bindings.All.Where(b => !b.Retired || written.Contains(b.Id, StringComparer.Ordinal))];
        if (written.Except(translated, StringComparer.Ordinal).Concat(translated.Except(written, StringComparer.Ordinal)).ToList() is { Count: > 0 } untranslated) yield return new PolicyObstacle.Untranslated(untranslated);
        if (written.Except(bound.Select(b => b.Id), StringComparer.Ordinal).ToList() is { Count: > 0 } unbound) yield return new PolicyObstacle.Unbound(unbound);
        if (bound.Select(b => b.Id).Except(written, StringComparer.Ordinal).ToList() is { Count: > 0 } unwritten) yield return new PolicyObstacle.Unwritten(unwritten);
        if (bound.Where(b => !Proved(b) && (string.IsNullOrWhiteSpace(b.GapZh) || string.IsNullOrWhiteSpace(b.GapEn))).Select(b => b.Id).ToList() is { Count: > 0 } unproved) yield return new PolicyObstacle.Unproved(unproved);

        bool Proved(BindingEntry b) => probes.Any(p => p.Clauses.Contains(b.Id, StringComparer.Ordinal) || b.Probes.Contains(p.Id, StringComparer.Ordinal));
    }

    private static List<string> DefectsOf(string markdown, PolicyDocument document) =>
        [.. document.Problems.Select(p => $"{p.Line}: {p.Words}"), .. PolicyLinter.Check(markdown).Select(d => $"{d.Line}: {d.Id} {d.Words}")];
}

/// <summary>Puts versions into effect when their day comes, and keeps <see cref="CurrentPolicy"/> true where another process did.</summary>
internal sealed partial class PolicyCalendar(Scoped<PolicyVersions> versions, Scoped<ActivatePolicy> activate, CurrentPolicy current, TimeProvider clock, ILogger<PolicyCalendar> log) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);
    private readonly HashSet<int> refused = [];

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await TurnAsync(stoppingToken);
                await Task.Delay(Interval, clock, stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                LogFailed(e); // the database may be away for a while
                await Task.Delay(Interval, clock, CancellationToken.None);
            }
        }
    }

    /// <summary>Looks once.</summary>
    public async Task TurnAsync(CancellationToken ct)
    {
        await using var reading = versions.Open();
        await current.RefreshAsync(reading.Service, ct);
        foreach (var coming in current.Coming)
        {
            // One that is refused does not keep a later one back, which its author published in its place.
            await using var acting = activate.Open();
            if (await acting.Service.RunAsync(coming.Number, ct) is ActivationResult.Refused(var obstacles) && refused.Add(coming.Number)) LogRefused(coming.Number, string.Join('\n', obstacles.Select(o => o.Words)));
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Version {Version} of the privacy policy cannot take effect: {Reason}")]
    private partial void LogRefused(int version, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The versions of the privacy policy could not be read")]
    private partial void LogFailed(Exception exception);
}
