using CsCheck;
using Microsoft.Extensions.Time.Testing;
using Qijian.Modules.Privacy;

namespace Qijian.Tests.Modules.Privacy;

public sealed class VaultTests : IDisposable
{
    private static readonly ProcessingRegistry Registry = ProcessingRegistry.Read(PolicyFolder.Shipped.RegistryFiles).Registry;
    private static readonly Category[] Categories = [.. Registry.Categories.Keys.Order(StringComparer.Ordinal).Select(id => new Category(id))];
    private static readonly Gen<Category> AnyCategory = Gen.OneOf(Categories);
    private static readonly Gen<string> Text = Gen.OneOf(Gen.String[0, 40].Select(s => string.Concat(s.Where(c => !char.IsSurrogate(c)))), Gen.OneOf("", "13912345678", "张三", "欧阳娜娜", "𠮷野家", "zhang@example.cn"));
    private readonly string folder = Directory.CreateTempSubdirectory("qijian-keys-").FullName;
    private readonly FakeTimeProvider clock = new(new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
    private readonly KeyStore keys;
    private readonly Vault vault;

    public VaultTests() => vault = new(keys = KeyStore.OpenOrCreate(folder, clock), Registry, clock);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private Capability Allow(Subject subject, params Category[] categories) => new(subject, Purpose.CustomerSupport, categories, clock.GetUtcNow());

    [Fact]
    public Task What_is_sealed_opens_again_and_no_two_sealings_are_alike() => Gen.Select(AnyCategory, Text).SampleAsync(async (category, value) =>
    {
        var person = Subject.Create(SubjectKind.Member);
        var (one, two) = (await vault.SealAsync(person, category, value, Ct), await vault.SealAsync(person, category, value, Ct));
        Assert.NotEqual(one, two);
        Assert.Equal(value, await vault.OpenAsync(Allow(person, category), category, one, Ct));
        Assert.Equal(value, await vault.OpenAsync(Allow(person, category), category, two, Ct));
    }, iter: 200);

    [Fact]
    public Task Another_persons_value_and_another_categorys_value_are_refused() => Gen.Select(AnyCategory, AnyCategory, Text).Where(t => t.Item1 != t.Item2).SampleAsync(async (category, other, value) =>
    {
        var (person, stranger) = (Subject.Create(SubjectKind.Member), Subject.Create(SubjectKind.Member));
        var taken = await vault.SealAsync(person, category, value, Ct);
        await vault.SealAsync(stranger, category, value, Ct);
        await Refuses(Allow(stranger, Categories), category, taken);
        await Refuses(Allow(person, Categories), other, taken);
        await Refuses(Allow(person, other), category, taken);
        Assert.Equal(value, await vault.OpenAsync(Allow(person, Categories), category, taken, Ct));
    }, iter: 100);

    [Fact]
    public async Task A_capability_ends_after_a_minute_and_is_not_for_the_past()
    {
        var person = Subject.Create(SubjectKind.Member);
        var value = await vault.SealAsync(person, Category.ContactPhone, "13912345678", Ct);
        var capability = Allow(person, Category.ContactPhone);
        clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal("13912345678", await vault.OpenAsync(capability, Category.ContactPhone, value, Ct));
        clock.Advance(TimeSpan.FromTicks(1));
        await Refuses(capability, Category.ContactPhone, value);
        await Refuses(new(person, Purpose.CustomerSupport, [Category.ContactPhone], clock.GetUtcNow() + TimeSpan.FromTicks(1)), Category.ContactPhone, value);
    }

    [Fact]
    public async Task A_change_of_any_byte_and_any_cut_is_refused()
    {
        var person = Subject.Create(SubjectKind.Member);
        var value = await vault.SealAsync(person, Category.ProfileName, "张三", Ct);
        for (var at = 0; at < value.Bytes.Length; at++)
        {
            var changed = value.Bytes.ToArray();
            changed[at] ^= 0x11;
            await Refuses(Allow(person, Category.ProfileName), Category.ProfileName, new(changed));
            await Refuses(Allow(person, Category.ProfileName), Category.ProfileName, new(value.Bytes[..at]));
        }
    }

    [Fact]
    public async Task Refusals_say_nothing_personal()
    {
        var person = Subject.Create(SubjectKind.Member);
        var value = await vault.SealAsync(person, Category.ContactPhone, "13912345678", Ct);
        var refusal = await Refuses(Allow(person, Category.ContactEmail), Category.ContactPhone, value);
        Assert.DoesNotContain(person.Id.ToString("N"), refusal.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("139", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Categories_and_purposes_that_are_not_in_the_registry_are_refused()
    {
        await Assert.ThrowsAsync<VaultRefusedException>(async () => await vault.SealAsync(Subject.Create(SubjectKind.Member), new("shoe.size"), "43", Ct));
        await Assert.ThrowsAsync<VaultRefusedException>(async () => await vault.SealAsync(Subject.Create(SubjectKind.Member), default, "43", Ct));
        Assert.Throws<VaultRefusedException>(() => vault.BlindIndex(new("curiosity"), Category.ContactPhone, "43"));
        Assert.Throws<VaultRefusedException>(() => vault.BlindIndex(default, Category.ContactPhone, "43"));
    }

    [Fact]
    public async Task Destroyed_keys_open_nothing_and_other_groups_and_persons_keep_theirs()
    {
        var (person, bystander) = (Subject.Create(SubjectKind.Member), Subject.Create(SubjectKind.Member));
        var (phone, order) = (await vault.SealAsync(person, Category.ContactPhone, "13912345678", Ct), await vault.SealAsync(person, Category.OrderInvoice, "抬头", Ct));
        var other = await vault.SealAsync(bystander, Category.ContactPhone, "13887654321", Ct);
        keys.Destroy(person, [KeyGroup.Contact]);
        Assert.Null(await vault.OpenAsync(Allow(person, Categories), Category.ContactPhone, phone, Ct));
        Assert.Equal("抬头", await vault.OpenAsync(Allow(person, Categories), Category.OrderInvoice, order, Ct));
        Assert.Equal("13887654321", await vault.OpenAsync(Allow(bystander, Categories), Category.ContactPhone, other, Ct));
    }

    [Fact]
    public async Task Who_comes_back_gets_a_new_key_and_what_was_destroyed_stays_so()
    {
        var person = Subject.Create(SubjectKind.Member);
        var before = await vault.SealAsync(person, Category.ContactPhone, "13912345678", Ct);
        keys.Destroy(person, [KeyGroup.Contact]);
        var after = await vault.SealAsync(person, Category.ContactPhone, "13887654321", Ct);
        Assert.Null(await vault.OpenAsync(Allow(person, Categories), Category.ContactPhone, before, Ct));
        Assert.Equal("13887654321", await vault.OpenAsync(Allow(person, Categories), Category.ContactPhone, after, Ct));
    }

    [Fact]
    public async Task A_value_whose_key_was_lost_is_not_taken_for_erased()
    {
        var person = Subject.Create(SubjectKind.Member);
        var elsewhere = Directory.CreateTempSubdirectory("qijian-keys-").FullName;
        Sealed value;
        using (var other = KeyStore.OpenOrCreate(elsewhere, clock)) value = await new Vault(other, Registry, clock).SealAsync(person, Category.ContactPhone, "13912345678", Ct);
        Directory.Delete(elsewhere, recursive: true);
        await Refuses(Allow(person, Categories), Category.ContactPhone, value);
    }

    [Fact]
    public async Task A_destruction_in_one_process_is_seen_by_the_next_reading_in_another()
    {
        using var second = KeyStore.OpenOrCreate(folder, clock);
        Vault elsewhere = new(second, Registry, clock);
        var person = Subject.Create(SubjectKind.Member);
        var value = await vault.SealAsync(person, Category.ContactPhone, "13912345678", Ct);
        Assert.Equal("13912345678", await elsewhere.OpenAsync(Allow(person, Categories), Category.ContactPhone, value, Ct));
        keys.Destroy(person, [KeyGroup.Contact]);
        Assert.Null(await elsewhere.OpenAsync(Allow(person, Categories), Category.ContactPhone, value, Ct));
        Assert.Equal("x", await vault.OpenAsync(Allow(person, Categories), Category.ContactPhone, await elsewhere.SealAsync(person, Category.ContactPhone, "x", Ct), Ct));
    }

    [Fact]
    public async Task Two_that_seal_at_once_make_one_key()
    {
        using var second = KeyStore.OpenOrCreate(folder, clock);
        foreach (var person in Enumerable.Range(0, 50).Select(_ => Subject.Create(SubjectKind.Member)))
        {
            using Barrier both = new(2);
            var made = await Task.WhenAll(new[] { keys, second }.Select(k => Task.Run(() =>
            {
                both.SignalAndWait(Ct);
                return k.FindOrCreate(person, KeyGroup.Contact);
            }, Ct)));
            Assert.Equal((made[0].Id, Convert.ToHexString(made[0].Bytes)), (made[1].Id, Convert.ToHexString(made[1].Bytes)));
        }
    }

    [Fact]
    public void Blind_indexes_are_equal_where_purpose_category_and_value_are_and_only_there() => Gen.Select(Text, Text).Sample((one, two) =>
    {
        var index = vault.BlindIndex(Purpose.ContactMatching, Category.ContactPhone, one);
        Assert.Equal(32, index.Length);
        Assert.Equal(one == two, index.AsSpan().SequenceEqual(vault.BlindIndex(Purpose.ContactMatching, Category.ContactPhone, two)));
        Assert.NotEqual(index, vault.BlindIndex(Purpose.AccountSecurity, Category.ContactPhone, one));
        Assert.NotEqual(index, vault.BlindIndex(Purpose.ContactMatching, Category.ContactEmail, one));
    }, iter: 200);

    [Fact]
    public async Task Indexes_and_references_survive_the_process()
    {
        var person = Subject.Create(SubjectKind.Member);
        var (index, reference) = (vault.BlindIndex(Purpose.ContactMatching, Category.ContactPhone, "1"), await vault.ReferenceAsync(person, Ct));
        keys.Dispose();
        using var again = KeyStore.Open(folder, clock);
        Vault reopened = new(again, Registry, clock);
        Assert.Equal(index, reopened.BlindIndex(Purpose.ContactMatching, Category.ContactPhone, "1"));
        Assert.Equal(reference, await reopened.ReferenceAsync(person, Ct));
    }

    [Fact]
    public async Task A_reference_is_one_persons_and_leads_nowhere_once_the_proof_key_is_destroyed()
    {
        var person = Subject.Create(SubjectKind.Member);
        var reference = await vault.ReferenceAsync(person, Ct);
        Assert.Equal(reference, await vault.ReferenceAsync(person, Ct));
        Assert.NotEqual(reference, await vault.ReferenceAsync(Subject.Create(SubjectKind.Member), Ct));
        keys.Destroy(person, [.. Enum.GetValues<KeyGroup>().Where(g => g is not KeyGroup.Proof)]);
        Assert.Equal(reference, await vault.ReferenceAsync(person, Ct));
        keys.Destroy(person, [KeyGroup.Proof]);
        Assert.NotEqual(reference, await vault.ReferenceAsync(person, Ct));
    }

    [Fact]
    public void The_numbers_of_groups_are_in_sealed_values_and_never_change() =>
        Assert.Equal([KeyGroup.Identity, KeyGroup.Contact, KeyGroup.Social, KeyGroup.Behaviour, KeyGroup.Orders, KeyGroup.Proof, KeyGroup.Public], Enumerable.Range(0, 7).Select(n => (KeyGroup)n));

    private async Task<VaultRefusedException> Refuses(Capability capability, Category category, Sealed value) => await Assert.ThrowsAsync<VaultRefusedException>(async () => await vault.OpenAsync(capability, category, value, Ct));

    public void Dispose()
    {
        keys.Dispose();
        Directory.Delete(folder, recursive: true);
    }
}
