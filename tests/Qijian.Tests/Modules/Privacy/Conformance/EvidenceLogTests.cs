using Microsoft.Extensions.DependencyInjection;
using Microsoft.EntityFrameworkCore;
using Qijian.Modules.Privacy;

namespace Qijian.Tests.Modules.Privacy.Conformance;

public sealed class EvidenceLogTests
{
    private static readonly Build Some = new("1+a", 1, "p", "r");

    [Fact]
    public async Task A_log_that_was_only_added_to_is_valid_and_says_how_far_it_is_signed()
    {
        await using var site = await TestSite.StartAsync(serve: false);
        await FillAsync(site, 3);
        await site.WithAsync<EvidenceLog, Checkpoint?>(l => l.SignAsync(Ct));
        await FillAsync(site, 1);
        var verdict = await VerifyAsync(site);
        Assert.True(verdict.Valid);
        Assert.Equal((5, 1, 4), (verdict.Entries, verdict.Checkpoints, verdict.Signed)); // the key is the first entry
        Assert.Equal(64, verdict.Head!.Length);
    }

    [Fact]
    public async Task An_empty_log_is_valid()
    {
        await using var site = await TestSite.StartAsync(serve: false);
        Assert.Null(await site.WithAsync<EvidenceLog, Checkpoint?>(l => l.SignAsync(Ct)));
        Assert.True((await VerifyAsync(site)).Valid);
    }

    // Entries 1 to 6, signed at 6; the table is the first break that each change must be found by.
    [Theory]
    [InlineData("UPDATE privacy_evidence SET payload = replace(payload, 'true', 'false') WHERE sequence = 3", "Changed", 3)]
    [InlineData("UPDATE privacy_evidence SET at = at + 1 WHERE sequence = 4", "Changed", 4)]
    [InlineData("UPDATE privacy_evidence SET topic = 'other' WHERE sequence = 2", "Changed", 2)]
    [InlineData("DELETE FROM privacy_evidence WHERE sequence = 4", "Missing", 4)]
    [InlineData("DELETE FROM privacy_evidence WHERE sequence = 1", "Missing", 1)]
    [InlineData("DELETE FROM privacy_evidence WHERE sequence = 3; UPDATE privacy_evidence SET sequence = 3 WHERE sequence = 4", "Missing", 3)]
    [InlineData("UPDATE privacy_evidence SET sequence = 99 WHERE sequence = 3; UPDATE privacy_evidence SET sequence = 3 WHERE sequence = 4; UPDATE privacy_evidence SET sequence = 4 WHERE sequence = 99", "Reordered", 3)]
    [InlineData("DELETE FROM privacy_evidence WHERE sequence = 6", "Truncated", 6)]
    [InlineData("DELETE FROM privacy_evidence", "Truncated", 1)]
    [InlineData("UPDATE privacy_checkpoints SET signature = head", "Changed", 6)]
    [InlineData("UPDATE privacy_checkpoints SET at = at + 1", "Changed", 6)]
    [InlineData("UPDATE privacy_checkpoints SET key = 'other'", "KeyReplaced", 6)]
    public async Task Every_change_of_the_log_is_found_at_its_first_entry(string sql, string fault, long entry)
    {
        await using var site = await TestSite.StartAsync(serve: false);
        await FillAsync(site, 5);
        await site.WithAsync<EvidenceLog, Checkpoint?>(l => l.SignAsync(Ct));
        Assert.True((await VerifyAsync(site)).Valid);
        foreach (var statement in sql.Split("; ")) await site.WithAsync<AppDb, int>(db => db.Database.ExecuteSqlRawAsync(statement, Ct));
        var verdict = await VerifyAsync(site);
        Assert.Equal((Enum.Parse<ChainFault>(fault), (long?)entry), (verdict.Fault, verdict.Entry));
    }

    [Fact]
    public async Task A_log_written_anew_after_a_change_does_not_match_what_was_signed()
    {
        await using var site = await TestSite.StartAsync(serve: false);
        await FillAsync(site, 3);
        await site.WithAsync<EvidenceLog, Checkpoint?>(l => l.SignAsync(Ct));
        await site.WithAsync<AppDb, int>(async db =>
        {
            var items = await db.Evidence.AsNoTracking().OrderBy(e => e.Sequence).ToListAsync(Ct);
            await db.Evidence.ExecuteDeleteAsync(Ct);
            EvidenceItem? last = null;
            foreach (var item in items) db.Add(last = EvidenceChain.Next(last, item.At, item.Kind, item.Topic, item.Sequence == 3 ? item.Payload.Replace("true", "false", StringComparison.Ordinal) : item.Payload));
            return await db.SaveChangesAsync(Ct);
        });
        var verdict = await VerifyAsync(site);
        Assert.Equal((ChainFault.Changed, 4L), (verdict.Fault, verdict.Entry)); // the first head that was signed
    }

    [Fact]
    public async Task Another_key_does_not_vouch_for_the_log()
    {
        await using var site = await TestSite.StartAsync(serve: false);
        await FillAsync(site, 2);
        var items = await site.WithAsync<AppDb, List<EvidenceItem>>(db => db.Evidence.AsNoTracking().OrderBy(e => e.Sequence).ToListAsync(Ct));
        using SigningKey other = new(SigningKey.Create());
        var verdict = await EvidenceChain.VerifyAsync(items.ToAsyncEnumerable(), AsyncEnumerable.Empty<Checkpoint>(), other.PublicKeyPem, Ct);
        Assert.Equal((ChainFault.KeyReplaced, 1L), (verdict.Fault, verdict.Entry));
    }

    [Fact]
    public async Task A_process_that_dies_between_writes_leaves_a_valid_log()
    {
        await using var site = await TestSite.StartAsync(serve: false);
        await FillAsync(site, 2);
        await site.WithAsync<IServiceProvider, int>(async services =>
        {
            var db = services.GetRequiredService<AppDb>();
            await using var transaction = await db.Database.BeginTransactionAsync(Ct); // never committed
            await new EvidenceLog(db, services.GetRequiredService<SigningKey>(), TimeProvider.System).AppendAsync(Evidence(9), Ct);
            return 0;
        });
        Assert.Equal(3, (await VerifyAsync(site)).Entries);
        await FillAsync(site, 1); // written, but not signed
        Assert.True((await VerifyAsync(site)).Valid);
        await site.WithAsync<EvidenceLog, Checkpoint?>(l => l.SignAsync(Ct));
        Assert.Equal((true, 4L), ((await VerifyAsync(site)).Valid, (await VerifyAsync(site)).Signed));
    }

    [Fact]
    public async Task Writers_beside_each_other_leave_no_gap()
    {
        await using var site = await TestSite.StartAsync(serve: false);
        await Task.WhenAll(Enumerable.Range(0, 8).Select(n => FillAsync(site, 5)));
        var verdict = await VerifyAsync(site);
        Assert.Equal((true, 41L), (verdict.Valid, verdict.Entries));
    }

    [Theory]
    [InlineData("张三")]
    [InlineData("a@b.example")]
    [InlineData("13912345678")]
    [InlineData("+8613912345678")]
    [InlineData("tel 13912345678.")]
    public void Evidence_takes_no_text_that_could_be_of_a_person(string text)
    {
        Assert.Throws<ArgumentException>(() => EvidenceJson.Write(Evidence(1) with { Failures = [text] }));
        Assert.Throws<ArgumentException>(() => EvidenceJson.Write(Evidence(1) with { Counts = new Dictionary<string, int>(StringComparer.Ordinal) { [text] = 1 } }));
        Assert.DoesNotContain(text, Assert.Throws<ArgumentException>(() => EvidenceJson.Write(Evidence(1) with { Probe = text })).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_ledger_of_consent_that_was_cut_off_or_made_anew_does_not_have_the_head_that_was_written_down()
    {
        await using var site = await TestSite.StartAsync();
        foreach (var purpose in (string[])["agree", "decline", "agree"]) await new Browser(site).PressAsync("/privacy/choices", $"value=\"{Purpose.ServiceImprovement.Id}\"", purpose);
        await SignAsync();
        Assert.Null((await VerifyAsync()).Break);
        await new Browser(site).PressAsync("/privacy/choices", $"value=\"{Purpose.ServiceImprovement.Id}\"", "agree");
        Assert.Null((await VerifyAsync()).Break); // what came since is in no note yet
        await SignAsync();
        Assert.Equal([6, 8], (await site.WithAsync<EvidenceLog, IReadOnlyList<LedgerHead>>(l => l.LedgerAsync(Ct))).Select(h => h.Sequence));
        await site.WithAsync<AppDb, int>(db => db.ConsentEvents.Where(e => e.Sequence > 4).ExecuteDeleteAsync(Ct));
        Assert.Equal(new(5, LedgerFault.Truncated), (await VerifyAsync()).Break);
        await SignAsync();
        Assert.Equal([6, 8], (await site.WithAsync<EvidenceLog, IReadOnlyList<LedgerHead>>(l => l.LedgerAsync(Ct))).Select(h => h.Sequence)); // none is written over it

        // Whoever cuts it off, and writes a head of what is left behind the evidence, has an unsigned end that convinces nobody.
        await site.WithAsync<AppDb, int>(async db =>
        {
            var left = await db.ConsentEvents.AsNoTracking().OrderByDescending(e => e.Sequence).FirstAsync(Ct);
            var last = await db.Evidence.AsNoTracking().OrderByDescending(e => e.Sequence).FirstAsync(Ct);
            db.Add(EvidenceChain.Next(last, TimeProvider.System.GetUtcNow(), LedgerEvidence.Kind, "consent", EvidenceJson.Write(new LedgerEvidence(left.Sequence, Convert.ToHexStringLower(left.Hash)))));
            return await db.SaveChangesAsync(Ct);
        });
        Assert.Equal(new(5, LedgerFault.Truncated), (await VerifyAsync()).Break);

        // Others in the place of those that were cut off.
        for (var more = 0; more < 3; more++) await new Browser(site).PressAsync("/privacy/choices", $"value=\"{Purpose.ServiceImprovement.Id}\"", "agree");
        await SignAsync();
        Assert.Equal(new(6, LedgerFault.Changed), (await VerifyAsync()).Break);

        Task<Checkpoint?> SignAsync() => site.WithAsync<EvidenceLog, Checkpoint?>(l => l.SignAsync(Ct));
        async Task<LedgerVerification> VerifyAsync()
        {
            var noted = await site.WithAsync<EvidenceLog, IReadOnlyList<LedgerHead>>(l => l.LedgerAsync(Ct));
            return await site.WithAsync<ConsentLedger, LedgerVerification>(l => l.VerifyAsync(noted, Ct));
        }
    }

    [Fact]
    public async Task A_log_that_was_downloaded_is_verified_without_the_site()
    {
        await using var site = await TestSite.StartAsync();
        await FillAsync(site, 3);
        await site.WithAsync<EvidenceLog, Checkpoint?>(l => l.SignAsync(Ct));
        var path = Path.Combine(site.Folder, "evidence.jsonl");
        var text = await site.Client.GetStringAsync("/privacy/conformance/evidence.jsonl", Ct);
        await File.WriteAllTextAsync(path, text, Ct);
        var key = await site.WithAsync<SigningKey, string>(k => Task.FromResult(k.PublicKeyPem));
        var verdict = await EvidenceFile.VerifyAsync(path, key, Ct);
        Assert.Equal((true, 4L, 4L), (verdict!.Valid, verdict.Entries, verdict.Signed));
        Assert.Contains(verdict.Key, await site.Client.GetStringAsync("/api/v1/conformance", Ct), StringComparison.Ordinal);

        await File.WriteAllTextAsync(path, text.Replace("probe.2", "probe.9", StringComparison.Ordinal), Ct);
        Assert.Equal((ChainFault.Changed, 4L), ((await EvidenceFile.VerifyAsync(path, key, Ct))!.Fault, (await EvidenceFile.VerifyAsync(path, key, Ct))!.Entry));
        // A log that somebody wrote and signed anew is whole, but not this site's.
        await using var other = await TestSite.StartAsync();
        var another = await other.WithAsync<SigningKey, string>(k => Task.FromResult(k.PublicKeyPem));
        await File.WriteAllTextAsync(path, text, Ct);
        Assert.Equal(ChainFault.KeyReplaced, (await EvidenceFile.VerifyAsync(path, another, Ct))!.Fault);
        await File.WriteAllTextAsync(path, "{\"a\":1}\n", Ct);
        Assert.Null(await EvidenceFile.VerifyAsync(path, key, Ct));
        await File.WriteAllTextAsync(path, "not JSON", Ct);
        Assert.Null(await EvidenceFile.VerifyAsync(path, key, Ct));
    }

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private static ProbeEvidence Evidence(int n) => new($"probe.{n}", ["S1.1"], Passed: true, Some, DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch, ["http.crawl"], new Dictionary<string, int>(StringComparer.Ordinal) { ["pages"] = n }, []);

    private static async Task FillAsync(TestSite site, int count)
    {
        for (var n = 0; n < count; n++)
        {
            var evidence = Evidence(n);
            await site.WithAsync<EvidenceLog, EvidenceItem>(l => l.AppendAsync(evidence, Ct));
        }
    }

    private static Task<ChainVerdict> VerifyAsync(TestSite site) => site.WithAsync<EvidenceLog, ChainVerdict>(l => l.VerifyAsync(Ct));
}
