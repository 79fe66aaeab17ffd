using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Qijian.Modules.Privacy;
using Qijian.Platform.Data;

namespace Qijian.Benchmarks;

/// <summary>The consent ledger's appends and verification, and the guard's decisions.</summary>
internal static class ConsentBench
{
    /// <summary>Appends singly for some seconds, fills up to so many entries in batches, verifies all. Run again on the same folder it goes on where it was, killed or not.</summary>
    public static async Task<int> LedgerAsync(string[] args)
    {
        var (folder, total) = (Path.GetFullPath(args[1]), args.Length > 2 ? int.Parse(args[2], CultureInfo.InvariantCulture) : 1_000_000);
        await using var app = Program.Build(args[3..], new DataFolder(folder), quiet: true, s => s.AddSingleton<IVault, HashVault>());
        await using var scope = app.Services.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<Migrator>().RunAsync(default);
        var ledger = scope.ServiceProvider.GetRequiredService<ConsentLedger>();
        if (!await VerifyAsync(ledger)) return 1;

        var (started, appended) = (Stopwatch.GetTimestamp(), 0);
        for (; Stopwatch.GetElapsedTime(started).TotalSeconds < 5; appended++) await ledger.AppendAsync(Acts(appended, 1), default);
        Say($"one entry a transaction: {appended / Stopwatch.GetElapsedTime(started).TotalSeconds:0} appends/s");

        var left = total - await scope.ServiceProvider.GetRequiredService<AppDb>().ConsentEvents.CountAsync();
        started = Stopwatch.GetTimestamp();
        for (var done = 0; done < left; done += 1000) await ledger.AppendAsync(Acts(done, Math.Min(1000, left - done)), default);
        if (left > 0) Say($"1,000 entries a transaction: {left / Stopwatch.GetElapsedTime(started).TotalSeconds:0} appends/s");
        return await VerifyAsync(ledger) ? 0 : 1;
    }

    /// <summary>Decisions a second with everything at hand, on one thread.</summary>
    public static async Task<int> GuardAsync(string[] args)
    {
        await using var app = Program.Build([], new DataFolder(Path.GetFullPath(args[1])), quiet: true, s => s.AddSingleton<IVault, HashVault>());
        await using var scope = app.Services.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<Migrator>().RunAsync(default);
        Subject visitor = new(SubjectKind.Visitor, new(1, 2, 3, new byte[8]));
        await scope.ServiceProvider.GetRequiredService<ConsentLedger>().AppendAsync([Act(visitor, ConsentEventKind.NoticeShown), Act(visitor, ConsentEventKind.Granted)], default);
        var guard = scope.ServiceProvider.GetRequiredService<PurposeGuard>();
        foreach (var (name, subject, purpose, category) in new[]
        {
            ("persons in public roles", (Subject?)Subject.EveryNamedPerson, Purpose.CompanyInformation, Category.PublicRoleName), ("contract, a visitor", visitor, Purpose.AnsweringQueries, Category.QueryText),
            ("consent granted", visitor, Purpose.ServiceImprovement, Category.RequestLog), ("not open", visitor, Purpose.ThirdPartyPromotion, Category.BehaviourTag),
        })
        {
            Category[] categories = [category];
            for (var round = 0; round < 5; round++) // the first warm up
            {
                const int Count = 1_000_000;
                var (started, cpu) = (Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime);
                for (var i = 0; i < Count; i++) await guard.DemandAsync(subject, purpose, categories, default);
                Say($"{name}: {Stopwatch.GetElapsedTime(started).TotalNanoseconds / Count:0} ns, {(Environment.CpuUsage.TotalTime - cpu).TotalNanoseconds / Count:0} CPU ns a decision");
            }
        }

        return 0;
    }

    private static async Task<bool> VerifyAsync(ConsentLedger ledger)
    {
        var (started, cpu) = (Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime);
        var found = await ledger.VerifyAsync([], default);
        Say($"{found.Head.Sequence:N0} entries verified in {Stopwatch.GetElapsedTime(started).TotalSeconds:0.0} s, {(Environment.CpuUsage.TotalTime - cpu).TotalSeconds:0.0} CPU s, {Process.GetCurrentProcess().PeakWorkingSet64 / 1_000_000} MB: {(found.Break is { } at ? $"{at.Fault} at {at.Sequence}" : "whole")}");
        return found.Break is null;
    }

    private static List<ConsentAct> Acts(int from, int count) => [.. Enumerable.Range(from, count).Select(i => Act(new(SubjectKind.Visitor, new(i / 2, 0, 0, new byte[8])), i % 2 == 0 ? ConsentEventKind.NoticeShown : ConsentEventKind.Granted))];

    private static ConsentAct Act(Subject subject, ConsentEventKind kind) => new(subject, kind, Purpose.ServiceImprovement, null, SHA256.HashData([1]), "/privacy/choices", ConsentMethod.Click);

    private static void Say(FormattableString line) => Console.WriteLine(FormattableString.Invariant(line));

    /// <summary>References without keys, so that the vault's own cost is not measured.</summary>
    private sealed class HashVault : IVault
    {
        public ValueTask<byte[]> ReferenceAsync(Subject subject, CancellationToken ct) => new(SHA256.HashData(subject.Id.ToByteArray()));
        public async ValueTask<byte[]?> FindReferenceAsync(Subject subject, CancellationToken ct) => await ReferenceAsync(subject, ct);

        public ValueTask<Sealed> SealAsync(Subject subject, Category category, string value, CancellationToken ct) => throw new NotSupportedException();

        public ValueTask<string?> OpenAsync(Capability capability, Category category, Sealed value, CancellationToken ct) => throw new NotSupportedException();

        public byte[] BlindIndex(Purpose purpose, Category category, string value) => throw new NotSupportedException();

        public string Mask(Category category, string value) => throw new NotSupportedException();
    }
}
