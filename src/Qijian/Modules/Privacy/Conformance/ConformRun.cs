using System.CommandLine;
using System.Globalization;
using System.Security.Cryptography;
using Qijian.Platform.CommandLine;

namespace Qijian.Modules.Privacy;

/// <summary><c>qijian conform run|show|sabotage|attest|verify|registry</c></summary>
internal static class ConformRun
{
    private const int MostYears = 3;

    private static readonly Argument<string> Clause = new("ID") { Description = "条款编号，例如 S4.8b / a clause, such as S4.8b" };
    private static readonly Option<string?> Key = new("--key") { Description = "公钥文件，默认本站的 / file of the public key; this site's by default" };
    private static readonly Argument<string?> File = new("FILE") { Description = "下载的证据文件，默认本数据目录 / an evidence file that was downloaded; this data folder by default", Arity = ArgumentArity.ZeroOrOne };
    private static readonly Argument<string> Document = new("DOCUMENT") { Description = "记录的原件，只存下它的摘要 / the record itself, of which only the hash is kept" };
    private static readonly Option<DateOnly> Until = new("--until") { Description = "有效至，例如 2027-06-30 / valid until, such as 2027-06-30", Required = true };
    private static readonly Option<DateOnly?> On = new("--on") { Description = "记录的日期，默认今天 / the day of the record; today by default" };
    private static readonly Argument<string?> Folder = new("FOLDER") { Description = "政策目录，默认程序旁的 policy / a policy folder; that beside the program by default", Arity = ArgumentArity.ZeroOrOne };

    public static IEnumerable<Command> Commands() =>
    [
        Verbs.Verb("run", "运行全部探针并存下证据 / run every probe and store the evidence", [Verbs.Json], RunAsync),
        Verbs.Verb("show", "显示一个条款 / show one clause", [Clause, Verbs.Json], ShowAsync),
        Verbs.Verb("sabotage", "逐一破坏控制，看探针能否发现 / break each control and see whether its probe notices", [Verbs.Json], SabotageAsync),
        Verbs.Verb("attest", "登记一份人工记录，作为条款的依据 / enter a record of people as what shows a clause", [Clause, Document, Until, On, Verbs.Json], AttestAsync),
        Verbs.Verb("verify", "核验证据链、同意账本、政策版本，或一份凭据 / verify evidence, ledger of consent and versions, or a file of evidence or a receipt", [File, Key, Verbs.Json], VerifyAsync),
        Registry(),
    ];

    private static async Task<int> RunAsync(VerbContext context, CancellationToken ct)
    {
        await context.Services.GetRequiredService<RunProbes>().RunAsync((probe, result) => Console.Error.WriteLine($"{(result.Passed ? "✓" : "✗")} {probe}{string.Concat(result.Failures.Select(f => $"\n    {f}"))}"), ct);
        var state = await context.Services.GetRequiredService<ReadConformance>().RunAsync(ct);
        var (caught, tried, all) = state.Sabotages;
        context.Answer(ConformanceJson.Of(state), string.Join('\n', state.Counts.Where(c => c.Value > 0).Select(c => $"{c.Key.Word(),-9}{c.Value,5}").Append(tried == 0 ? Text.SabotagesUntried.With(all) : Text.SabotagesCaught.With(caught, tried, all))));
        return state.Wrong ? 1 : 0;
    }

    private static async Task<int> ShowAsync(VerbContext context, CancellationToken ct)
    {
        var (state, clause) = await FindAsync(context, ct);
        List<string?> lines =
        [
            $"{clause.Clause.Id}  {clause.Status.Word()}  {clause.ReasonWords}".TrimEnd(), clause.Clause.Label,
            .. clause.Probes.Select(p => p.Newest is { } e ? $"{(e.Passed ? "✓" : "✗")} {p.Id}  {ChinaTime.Minute(e.FinishedAt)}  {e.Build.Commit}{string.Concat(e.Failures.Select(f => $"\n    {f}"))}" : $"– {p.Id}"),
            .. clause.Probes.SelectMany(p => p.Sabotages.Select(s => $"{s.Caught switch { true => "✓", false => "✗", null => "–" }} {p.Id}/{s.Sabotage.Id}  {s.Sabotage.Label}")),
            clause.Record is { } record ? Text.RecordLine.With(record.RecordedOn.ToString("O", CultureInfo.InvariantCulture), record.ValidUntil.ToString("O", CultureInfo.InvariantCulture), record.Document) : null,
            clause.Clause.Check is { } check ? $"$ {check}" : null, clause.Clause.Unproved is { } unproved ? $"{Text.Unproved}{unproved}" : null,
        ];
        context.Answer(ConformanceJson.Of(state, c => c == clause), string.Join('\n', lines.OfType<string>()));
        return clause.Status is ClauseStatus.Failing or ClauseStatus.Vacuous ? 1 : 0;
    }

    private static async Task<int> SabotageAsync(VerbContext context, CancellationToken ct)
    {
        var results = await context.Services.GetRequiredService<RunProbes>().SabotageAsync(r => Console.Error.WriteLine($"{(r.Caught ? "✓" : "✗")} {r.Probe}/{r.Sabotage}{(r.Sound ? "" : $"  {Text.ProbeUnsound}")}"), ct);
        context.Answer(new { sabotages = results.Select(r => new { r.Probe, r.Sabotage, r.Caught }) }, Text.SabotagesCaught.With(results.Count(r => r.Caught), results.Count, results.Count));
        return results.All(r => r.Caught) ? 0 : 1;
    }

    private static async Task<(ConformanceState State, ClauseState Clause)> FindAsync(VerbContext context, CancellationToken ct)
    {
        var id = context.Arguments.GetRequiredValue(Clause);
        var state = await context.Services.GetRequiredService<ReadConformance>().RunAsync(ct);
        return (state, state.Clauses.FirstOrDefault(c => string.Equals(c.Clause.Id, id, StringComparison.OrdinalIgnoreCase)) ?? throw new RefusedException(Text.ClauseUnknown.With(id)));
    }

    // What no program sees: a drill, a training, a contract. The document stays with the operator; its hash shows later that it is the same.
    private static async Task<int> AttestAsync(VerbContext context, CancellationToken ct)
    {
        var (_, clause) = await FindAsync(context, ct);
        var today = ChinaTime.Day(context.Services.GetRequiredService<TimeProvider>().GetUtcNow());
        var (on, until, path) = (context.Arguments.GetValue(On) ?? today, context.Arguments.GetRequiredValue(Until), context.Arguments.GetRequiredValue(Document));
        if ((clause.Clause.Proof & (ProofClass.C | ProofClass.D)) is ProofClass.None) throw new RefusedException(Text.RecordNotTaken.With(clause.Clause.Id, clause.Clause.Class));
        if (on > today || until < today || until > on.AddYears(MostYears)) throw new RefusedException(Text.RecordDates.With(MostYears));
        string hash;
        try
        {
            await using var document = System.IO.File.OpenRead(path);
            hash = Convert.ToHexStringLower(await SHA256.HashDataAsync(document, ct));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new RefusedException(Text.ConformNoFile.With(path), e);
        }

        var log = context.Services.GetRequiredService<EvidenceLog>();
        await log.AppendAsync(new RecordEvidence(clause.Clause.Id, on, until, hash), ct);
        await log.SignAsync(ct);
        var (state, now) = await FindAsync(context, ct);
        context.Answer(ConformanceJson.Of(state, c => c == now), $"{now.Clause.Id}  {now.Status.Word()}  {now.ReasonWords}".TrimEnd());
        return 0;
    }

    // A file is a log of evidence or a receipt of consent; without one it is what this data folder holds.
    private static async Task<int> VerifyAsync(VerbContext context, CancellationToken ct)
    {
        var path = context.Arguments.GetValue(File);
        if (path is not null && Receipt.Is(path))
        {
            var good = Receipt.Verify(await System.IO.File.ReadAllTextAsync(path, ct), await KeyAsync(context, ct));
            context.Answer(new { valid = good }, good ? Text.ReceiptValid : Text.ReceiptInvalid);
            return good ? 0 : 1;
        }

        var verdict = path is null ? await context.Services.GetRequiredService<EvidenceLog>().VerifyAsync(ct) : await EvidenceFile.VerifyAsync(path, await KeyAsync(context, ct), ct) ?? throw new RefusedException(Text.NotEvidence.With(path));
        var ledger = path is null ? await context.Services.GetRequiredService<ConsentLedger>().VerifyAsync(verdict.Valid ? await context.Services.GetRequiredService<EvidenceLog>().LedgerAsync(ct) : [], ct) : null;
        var policies = path is null ? await context.Services.GetRequiredService<PolicyVersions>().VerifyAsync(ct) : [];
        List<string> words =
        [
            verdict.Valid ? Text.ChainValid.With(verdict.Entries, verdict.Head, verdict.Signed, verdict.Key)
                : Text.ChainBroken.With(verdict.Entry, verdict.Fault switch { ChainFault.Changed => Text.FaultChanged, ChainFault.Missing => Text.FaultMissing, ChainFault.Reordered => Text.FaultReordered, ChainFault.Truncated => Text.FaultTruncated, _ => Text.FaultKeyReplaced }),
            .. policies.Select(p => p.Words),
        ];
        if (ledger is not null)
        {
            words.Add(ledger.Break is not { } broken ? Text.LedgerValid.With(ledger.Head.Sequence)
                : Text.LedgerBroken.With(broken.Sequence, broken.Fault switch { LedgerFault.Changed => Text.FaultChanged, LedgerFault.Missing => Text.FaultMissing, LedgerFault.Reordered => Text.FaultReordered, _ => Text.FaultTruncated }));
        }

        var valid = verdict.Valid && ledger?.Break is null && policies.Count == 0;
        context.Answer(new
        {
            valid, verdict.Entries, verdict.Checkpoints, verdict.Head, verdict.Signed, verdict.Key, fault = verdict.Fault?.ToString(), verdict.Entry,
            ledger = ledger is null ? null : new { entries = ledger.Head.Sequence, fault = ledger.Break?.Fault.ToString(), entry = ledger.Break?.Sequence }, policies = policies.Select(p => new { version = p.Number, p.Words }),
        }, string.Join('\n', words));
        return valid ? 0 : 1;
    }

    private static async Task<string> KeyAsync(VerbContext context, CancellationToken ct)
    {
        if (context.Arguments.GetValue(Key) is not { } path) return context.Services.GetRequiredService<SigningKey>().PublicKeyPem;
        var key = await System.IO.File.ReadAllTextAsync(path, ct);
        try
        {
            _ = SigningKey.IdOf(key);
            return key;
        }
        catch (Exception e) when (e is ArgumentException or CryptographicException)
        {
            throw new RefusedException(Text.ConformNoFile.With(path), e);
        }
    }

    // What a build calls: no services, no database.
    private static Command Registry()
    {
        Command registry = new("registry", "检查政策目录的登记 / check the registry of a policy folder") { Folder };
        registry.SetAction((arguments, _) => Verbs.GuardedAsync(async () =>
        {
            PolicyFolder policy = arguments.GetValue(Folder) is { } path ? new(Path.GetFullPath(path)) : PolicyFolder.Shipped;
            var errors = policy.Check();
            foreach (var error in errors) await Console.Out.WriteLineAsync(error.ToString());
            return errors.Count == 0 ? 0 : 1;
        }));
        return registry;
    }
}
