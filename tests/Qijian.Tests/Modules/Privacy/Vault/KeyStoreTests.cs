using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Time.Testing;
using Qijian.Modules.Privacy;
using Qijian.Platform.Data;

namespace Qijian.Tests.Modules.Privacy;

public sealed class KeyStoreTests
{
    private static readonly FakeTimeProvider Clock = new(new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_first_start_makes_keys_that_only_their_owner_may_read_and_marks_the_database()
    {
        await using var site = await TestSite.StartAsync();
        var keys = await site.WithAsync<KeyStore, string>(k => Task.FromResult(k.Fingerprint));
        Assert.Equal(keys, await site.WithAsync<AppDb, string>(db => db.KeyStoreMarks.Select(m => m.Fingerprint).SingleAsync(Ct)));
        Assert.Equal(["keys.db", "master.key"], Directory.GetFiles(Path.Combine(site.Folder, "keys")).Select(Path.GetFileName).Where(f => !f!.StartsWith("keys.db-", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
        if (OperatingSystem.IsWindows()) return;
        foreach (var file in Directory.GetFiles(Path.Combine(site.Folder, "keys"))) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(Path.Combine(site.Folder, "keys")));
    }

    [Fact]
    public async Task The_folder_of_the_keys_is_a_setting()
    {
        var folder = Directory.CreateTempSubdirectory("qijian-keys-").FullName;
        await using (var site = await TestSite.StartAsync(serve: false, settings: [$"--Keys:Folder={folder}"]))
        {
            using var keys = await OpenAsync(site);
            Assert.True(File.Exists(Path.Combine(folder, "master.key")));
            Assert.False(Directory.Exists(Path.Combine(site.Folder, "keys")));
        }

        Directory.Delete(folder, recursive: true);
    }

    /// <summary>What a crash leaves between any two writes of the creation, in their order: which files, cut to how many bytes.</summary>
    public static TheoryData<string> Crashes => ["", "keys.db:0", "keys.db:0 master.key.new:0", "keys.db:0 master.key.new:20", "keys.db:0 master.key", "master.key", "keys.db master.key"];

    [Theory, MemberData(nameof(Crashes))]
    public async Task A_creation_that_was_broken_off_is_finished_with_the_master_key_that_it_had(string left)
    {
        await using var site = await TestSite.StartAsync(serve: false);
        var folder = Path.Combine(site.Folder, "keys");
        var whole = Path.Combine(site.Folder, "whole");
        KeyStore.OpenOrCreate(whole, Clock).Dispose();
        File.Copy(Path.Combine(whole, "master.key"), Path.Combine(whole, "master.key.new"));
        foreach (var name in left.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            Directory.CreateDirectory(folder);
            var content = await File.ReadAllBytesAsync(Path.Combine(whole, name.Split(':')[0]), Ct);
            await File.WriteAllBytesAsync(Path.Combine(folder, name.Split(':')[0]), name.Contains(':', StringComparison.Ordinal) ? content[..int.Parse(name.Split(':')[1], System.Globalization.CultureInfo.InvariantCulture)] : content, Ct);
        }

        var (person, id) = (Subject.Create(SubjectKind.Member), 0L);
        using (var keys = await OpenAsync(site)) id = keys.FindOrCreate(person, KeyGroup.Contact).Id;
        if (left.Contains("master.key", StringComparison.Ordinal) && !left.Contains(".new", StringComparison.Ordinal)) Assert.Equal(await File.ReadAllTextAsync(Path.Combine(whole, "master.key"), Ct), await File.ReadAllTextAsync(Path.Combine(folder, "master.key"), Ct));
        using var again = await OpenAsync(site);
        Assert.Equal(id, again.Find(person, KeyGroup.Contact)!.Id);
    }

    [Theory]
    [InlineData("master.key", -1), InlineData("master.key", 0), InlineData("master.key", 20), InlineData("master.key", 40)]
    [InlineData("keys.db", -1), InlineData("keys.db", 0), InlineData("keys.db", 1000), InlineData("keys.db", 4096), InlineData("keys.db", 12288)]
    public async Task A_marked_database_without_its_whole_key_store_is_refused_and_nothing_is_made_in_its_place(string file, int bytes)
    {
        await using var site = await TestSite.StartAsync(serve: false);
        using (var keys = await OpenAsync(site)) keys.FindOrCreate(Subject.Create(SubjectKind.Member), KeyGroup.Contact);
        var path = Path.Combine(site.Folder, "keys", file);
        if (bytes < 0) File.Delete(path);
        else await File.WriteAllBytesAsync(path, (await File.ReadAllBytesAsync(path, Ct))[..bytes], Ct);
        var before = Contents();
        var refusal = await Assert.ThrowsAsync<ConfigurationException>(() => OpenAsync(site));
        Assert.Contains(path, refusal.Message, StringComparison.Ordinal);
        Assert.Contains("备份", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("backup", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(before, Contents());

        IEnumerable<string> Contents() => Directory.GetFiles(Path.Combine(site.Folder, "keys")).Where(f => !f.Contains("keys.db-", StringComparison.Ordinal)).Order(StringComparer.Ordinal).Select(f => $"{f} {Convert.ToHexString(File.ReadAllBytes(f))}").ToList();
    }

    [Fact]
    public async Task A_marked_database_without_the_folder_is_refused_by_whatever_opens_the_vault()
    {
        await using var site = await TestSite.StartAsync(serve: false);
        (await OpenAsync(site)).Dispose();
        Directory.Delete(Path.Combine(site.Folder, "keys"), recursive: true);
        await Assert.ThrowsAsync<ConfigurationException>(() => site.WithAsync<IVault, int>(_ => Task.FromResult(0)));
        await Assert.ThrowsAsync<ConfigurationException>(() => site.WithAsync<IEnumerable<Qijian.Platform.CommandLine.IPreparation>, int>(all => Task.FromResult(all.Count())));
        Assert.False(Directory.Exists(Path.Combine(site.Folder, "keys")));
    }

    [Theory, InlineData("master.key"), InlineData("keys.db")]
    public async Task Keys_that_lost_their_master_key_are_never_given_another_even_without_a_mark(string lost)
    {
        await using var site = await TestSite.StartAsync(serve: false);
        var folder = Path.Combine(site.Folder, "keys");
        KeyStore.OpenOrCreate(folder, Clock).Dispose();
        KeyStore.OpenOrCreate(Path.Combine(site.Folder, "other"), Clock).Dispose();
        if (lost is "master.key") File.Delete(Path.Combine(folder, lost));
        else File.Copy(Path.Combine(site.Folder, "other", lost), Path.Combine(folder, lost), overwrite: true);
        await Assert.ThrowsAsync<ConfigurationException>(() => OpenAsync(site));
        Assert.Equal(lost is "keys.db", File.Exists(Path.Combine(folder, "master.key")));
    }

    [Theory, InlineData("master.key"), InlineData("keys.db"), InlineData("master.key keys.db")]
    public async Task Replaced_keys_are_noticed_and_both_are_named(string replaced)
    {
        await using var site = await TestSite.StartAsync(serve: false);
        string own, others;
        using (var keys = await OpenAsync(site)) own = keys.Fingerprint;
        using (var other = KeyStore.OpenOrCreate(Path.Combine(site.Folder, "other"), Clock)) others = other.Fingerprint;
        foreach (var file in replaced.Split(' ')) File.Copy(Path.Combine(site.Folder, "other", file), Path.Combine(site.Folder, "keys", file), overwrite: true);
        var refusal = await Assert.ThrowsAsync<ConfigurationException>(() => OpenAsync(site));
        Assert.Contains(own, refusal.Message, StringComparison.Ordinal);
        Assert.Contains(others, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_database_with_sealed_values_that_lost_its_mark_adopts_no_keys()
    {
        await using var site = await TestSite.StartAsync(serve: false);
        await site.WithAsync<AppDb, int>(db =>
        {
            db.Add(new Reveal { Id = Guid.CreateVersion7(), Staff = Subject.Create(SubjectKind.Staff), SubjectReference = [1], Purpose = "", Category = "", Reason = new([1]) });
            return db.SaveChangesAsync(Ct);
        });
        Assert.Contains("privacy_key_stores", (await Assert.ThrowsAsync<ConfigurationException>(() => OpenAsync(site))).Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(site.Folder, "keys")));
    }

    [Fact]
    public async Task Processes_that_start_at_once_make_one_store()
    {
        await using var site = await TestSite.StartAsync(serve: false);
        using Barrier all = new(4);
        var stores = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
        {
            all.SignalAndWait(Ct);
            return OpenAsync(site);
        }, Ct)));
        Assert.Single(stores.Select(s => s.Fingerprint).Distinct(StringComparer.Ordinal));
        Assert.Single(stores.Select(s => s.Signing.Id).Distinct(StringComparer.Ordinal));
        foreach (var store in stores) store.Dispose();
    }

    [Fact]
    public void A_receipt_is_signed_and_names_the_keys_that_went_once()
    {
        using Folder folder = new();
        using var keys = KeyStore.OpenOrCreate(folder.Path, Clock);
        var person = Subject.Create(SubjectKind.Member);
        var ids = (KeyGroup[])[KeyGroup.Contact, KeyGroup.Identity];
        var expected = ids.Order().Select(g => keys.FindOrCreate(person, g).Id.ToString("x16", System.Globalization.CultureInfo.InvariantCulture)).ToList();
        var receipt = keys.Destroy(person, [.. ids, KeyGroup.Social]);
        Assert.Equal(expected, receipt.Keys);
        Assert.Equal([KeyGroup.Identity, KeyGroup.Contact, KeyGroup.Social], receipt.Groups);
        Assert.Equal(keys.Signing.Id, receipt.SigningKey);
        Assert.True(receipt.Verify(keys.Signing.PublicKeyPem));
        Assert.False((receipt with { Keys = [.. expected.Skip(1)] }).Verify(keys.Signing.PublicKeyPem));
        Assert.False((receipt with { At = receipt.At.AddMilliseconds(1) }).Verify(keys.Signing.PublicKeyPem));
        Assert.False((receipt with { Groups = [KeyGroup.Identity] }).Verify(keys.Signing.PublicKeyPem));
        using SigningKey another = new(SigningKey.Create());
        Assert.False(receipt.Verify(another.PublicKeyPem));
        Assert.Empty(keys.Destroy(person, ids).Keys);
    }

    [Fact]
    public void A_destroyed_key_is_in_no_file_of_the_store()
    {
        using Folder folder = new();
        using var keys = KeyStore.OpenOrCreate(folder.Path, Clock);
        var (person, bystander) = (Subject.Create(SubjectKind.Member), Subject.Create(SubjectKind.Member));
        foreach (var one in (Subject[])[person, bystander]) keys.FindOrCreate(one, KeyGroup.Contact);
        var (wrapped, others) = (Wrapped(folder.Path, person), Wrapped(folder.Path, bystander));
        Assert.True(Holds(folder.Path, wrapped), "the search must find a key that is there");
        keys.Destroy(person, [KeyGroup.Contact]);
        Assert.False(Holds(folder.Path, wrapped));
        Assert.True(Holds(folder.Path, others));
    }

    [Fact]
    public void A_destruction_that_was_broken_off_before_the_log_was_emptied_is_finished_at_the_next_start()
    {
        using Folder folder = new();
        using Folder crashed = new();
        var person = Subject.Create(SubjectKind.Member);
        byte[] wrapped;
        using (var keys = KeyStore.OpenOrCreate(folder.Path, Clock))
        {
            keys.FindOrCreate(person, KeyGroup.Contact);
            wrapped = Wrapped(folder.Path, person);
            using SqliteConnection connection = new($"Data Source={Path.Combine(folder.Path, "keys.db")};Pooling=False");
            connection.Open();
            using var delete = connection.CreateCommand();
            delete.CommandText = "PRAGMA secure_delete = ON; DELETE FROM keys";
            delete.ExecuteNonQuery();
            foreach (var file in Directory.GetFiles(folder.Path).Where(f => !f.EndsWith("-shm", StringComparison.Ordinal))) File.WriteAllBytes(Path.Combine(crashed.Path, Path.GetFileName(file)), Read(file));
        }

        Assert.True(Holds(crashed.Path, wrapped), "the log of the crashed process must still have it");
        using var again = KeyStore.Open(crashed.Path, Clock);
        Assert.Null(again.Find(person, KeyGroup.Contact));
        Assert.False(Holds(crashed.Path, wrapped));
    }

    [Fact]
    public void A_wrapped_key_that_was_moved_to_another_person_is_refused()
    {
        using Folder folder = new();
        using var keys = KeyStore.OpenOrCreate(folder.Path, Clock);
        var (person, thief) = (Subject.Create(SubjectKind.Member), Subject.Create(SubjectKind.Member));
        keys.FindOrCreate(person, KeyGroup.Contact);
        using SqliteConnection connection = new($"Data Source={Path.Combine(folder.Path, "keys.db")};Pooling=False");
        connection.Open();
        using var move = connection.CreateCommand();
        move.CommandText = $"UPDATE keys SET subject = '{thief}'";
        move.ExecuteNonQuery();
        Assert.Null(keys.Find(person, KeyGroup.Contact));
        Assert.Throws<VaultRefusedException>(() => keys.Find(thief, KeyGroup.Contact));
    }

    private static Task<KeyStore> OpenAsync(TestSite site) => site.WithAsync<OpenKeyStore, KeyStore>(open => Task.FromResult(open.Run()));

    private static byte[] Wrapped(string folder, Subject person)
    {
        using SqliteConnection connection = new($"Data Source={Path.Combine(folder, "keys.db")};Pooling=False");
        connection.Open();
        using var select = connection.CreateCommand();
        select.CommandText = $"SELECT wrapped FROM keys WHERE subject = '{person}'";
        return (byte[])select.ExecuteScalar()!;
    }

    private static bool Holds(string folder, byte[] wanted) => Directory.GetFiles(folder).Any(f => Read(f).AsSpan().IndexOf(wanted) >= 0);

    private static byte[] Read(string path)
    {
        using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var bytes = new byte[file.Length];
        file.ReadExactly(bytes);
        return bytes;
    }

    private sealed class Folder : IDisposable
    {
        public string Path { get; } = Directory.CreateTempSubdirectory("qijian-keys-").FullName;

        public void Dispose() => Directory.Delete(Path, recursive: true);
    }
}
