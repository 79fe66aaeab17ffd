using System.Net;
using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Time.Testing;
using Qijian.Modules.Accounts;
using Qijian.Modules.Privacy;
using SkiaSharp;

namespace Qijian.Tests.Modules.Accounts;

public sealed partial class ProfileTests
{
    private const string Page = "/account/profile";
    private static readonly string[] Fields = ["name", "email", "company", "department", "position", "industry"];
    private readonly FakeTimeProvider clock = new(new(2026, 11, 26, 1, 0, 0, TimeSpan.Zero));

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Whatever_is_refused_every_other_journey_works()
    {
        await using var site = await OpenAccounts.StartAsync(clock);
        var optional = await site.WithAsync<ProcessingRegistry, List<string>>(r => Task.FromResult(r.Optional.Select(p => p.Id).ToList()));
        var asked = 0;
        // One by one, and at last all of them.
        for (var of = 0; of <= optional.Count; of++)
        {
            clock.Advance(TimeSpan.FromHours(2)); // codes go so often only
            var (number, next) = ($"138{of:D8}", $"139{of:D8}");
            var person = await Person.SignedUpAsync(site, number);
            foreach (var id in of < optional.Count ? [optional[of]] : optional)
            {
                if (!(await person.Browser.ReadAsync("/privacy/choices")).Contains($"value=\"{id}\"", StringComparison.Ordinal)) continue; // of what is not open nobody is asked
                Assert.Equal(HttpStatusCode.Found, (await person.Browser.PressAsync("/privacy/choices", $"value=\"{id}\"", "decline")).StatusCode);
                asked++;
            }

            foreach (var page in (string[])["/", "/search?q=%E7%A4%BA%E4%BE%8B", "/account", "/account/profile", "/account/security", "/account/security/second-factor", "/account/number", "/inbox", "/privacy", "/privacy/choices", "/privacy/contact"])
                Assert.Equal(HttpStatusCode.OK, (await person.Browser.GetAsync(page)).StatusCode);
            Assert.Equal(HttpStatusCode.OK, (await person.SendAsync("/account/security", "password", ("password", "木-tulip-9-Kanne-纸"))).StatusCode);
            person.Browser.Cookies.Remove("__Host-qijian-session");
            clock.Advance(TimeSpan.FromMinutes(20));
            await person.SendAsync("/account/sign-in", ("phone", number));
            Assert.Equal(HttpStatusCode.Found, (await person.CodeAsync(await SignUpTests.CodeAsync(site, "+86" + number))).StatusCode);
            await person.SendAsync("/account/number", ("phone", next));
            Assert.Equal(HttpStatusCode.OK, (await person.CodeAsync(await SignUpTests.CodeAsync(site, "+86" + next))).StatusCode);
            Assert.Contains($"139****{next[^4..]}", await person.Browser.ReadAsync("/account"), StringComparison.Ordinal);
        }

        Assert.True(asked >= 6, $"{asked} refusals");
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task Nothing_is_kept_before_the_answer_and_nothing_is_shown_before_another(bool postgres)
    {
        await using var site = await OpenAccounts.StartAsync(clock, postgres);
        var person = await Person.SignedUpAsync(site, "13800138000");
        person.Body = await person.Browser.ReadAsync(Page);
        Assert.DoesNotContain("name=\"company\"", person.Body, StringComparison.Ordinal);
        Assert.Equal(0, await site.WithAsync<AppDb, int>(db => db.Profiles.CountAsync(Ct)));
        await AnswerAsync(person, Purpose.ProfileKeeping, "agree");
        await SaveAsync(person, ("name", "示例甲"), ("company", "示例公司"), ("email", "jia@example.com"), ("shown", "Company"));
        person.Body = await person.Browser.ReadAsync(Page);
        Assert.All((string[])["示例甲", "示例公司", "jia@example.com"], value => Assert.Contains(value, person.Body, StringComparison.Ordinal));
        Assert.Empty(PublicLink().Matches(person.Body)); // nobody agreed to publication, whatever the form says
        await AnswerAsync(person, Purpose.ProfilePublication, "agree");
        await SaveAsync(person, ("name", "示例甲"), ("company", "示例公司"), ("email", "jia@example.com"), ("shown", "Company"), ("shown", "Email"));
        var link = PublicLink().Match(person.Body).Value;
        var (status, stranger) = await ReadAsync(site, link);
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Contains("示例公司", stranger, StringComparison.Ordinal);
        Assert.All((string[])["示例甲", "jia@example.com"], hidden => Assert.DoesNotContain(hidden, stranger, StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_is_taken_back_is_gone_at_once_and_the_profile_of_another_stays()
    {
        await using var site = await OpenAccounts.StartAsync(clock);
        var (person, other) = (await PublishedAsync(site, "13800138000", "示例公司"), await PublishedAsync(site, "13900139000", "旁人公司"));
        var (link, theirs) = (PublicLink().Match(person.Body).Value, PublicLink().Match(other.Body).Value);
        Assert.Equal(HttpStatusCode.OK, (await ReadAsync(site, link)).Status);
        await SaveAsync(person, ("company", "示例公司")); // private again
        Assert.Equal(HttpStatusCode.NotFound, (await ReadAsync(site, link)).Status);
        await SaveAsync(person, ("company", "示例公司"), ("shown", "Company"));
        var second = PublicLink().Match(person.Body).Value;
        Assert.NotEqual(link, second); // whoever noted the first address has nothing of it
        await AnswerAsync(person, Purpose.ProfilePublication, "decline", "/privacy/choices");
        Assert.Equal(HttpStatusCode.NotFound, (await ReadAsync(site, second)).Status);
        foreach (var place in (string[])["/sitemap.xml", "/search?q=示例公司", "/api/v1/companies?q=示例公司"]) Assert.DoesNotContain("/members/", (await ReadAsync(site, place)).Body, StringComparison.Ordinal);
        Assert.Contains("示例公司", await person.Browser.ReadAsync(Page), StringComparison.Ordinal);
        await AnswerAsync(person, Purpose.ProfileKeeping, "decline", "/privacy/choices");
        Assert.Equal(1, await site.WithAsync<AppDb, int>(db => db.Profiles.CountAsync(Ct)));
        Assert.Contains("旁人公司", (await ReadAsync(site, theirs)).Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Each_part_is_cleared_alone_and_an_empty_profile_hinders_nothing()
    {
        await using var site = await OpenAccounts.StartAsync(clock);
        var person = await Person.SignedUpAsync(site, "13800138000");
        await AnswerAsync(person, Purpose.ProfileKeeping, "agree");
        foreach (var cleared in Fields)
        {
            await SaveAsync(person, [.. Fields.Select(f => (f, ValueOf(f)))]);
            await SaveAsync(person, [.. Fields.Select(f => (f, f == cleared ? "" : ValueOf(f)))]);
            person.Body = await person.Browser.ReadAsync(Page);
            Assert.All(Fields, f => Assert.Equal(f != cleared, person.Body.Contains($"value=\"{ValueOf(f)}\"", StringComparison.Ordinal)));
        }

        await SaveAsync(person, [.. Fields.Select(f => (f, ""))]);
        foreach (var path in (string[])["/account", "/account/security", "/inbox", "/search?q=x", "/"]) Assert.Equal(HttpStatusCode.OK, (await person.Browser.GetAsync(path)).StatusCode);
        static string ValueOf(string field) => field is "email" ? "a@example.com" : "v-" + field;
    }

    [Fact]
    public async Task What_cannot_be_taken_is_explained_and_what_was_typed_stays()
    {
        await using var site = await OpenAccounts.StartAsync(clock);
        var person = await Person.SignedUpAsync(site, "13800138000");
        await AnswerAsync(person, Purpose.ProfileKeeping, "agree");
        foreach (var (field, wrong) in new[] { ("email", "no address"), ("email", "a@b"), ("name", new string('长', 101)), ("company", "two\nlines"), ("position", "‮right\u0007") })
        {
            Assert.Equal(HttpStatusCode.BadRequest, (await SaveAsync(person, [.. Fields.Select(f => (f, f == field ? wrong : "kept"[..(f is "email" ? 0 : 4)]))])).StatusCode);
            Assert.Contains($"id=\"{field}-problem\"", person.Body, StringComparison.Ordinal);
            Assert.Contains("value=\"kept\"", person.Body, StringComparison.Ordinal);
        }

        await SaveAsync(person, ("name", "<script>alert(1)</script>"));
        Assert.DoesNotContain("<script>alert", await person.Browser.ReadAsync(Page), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_picture_becomes_one_of_our_own_without_anything_else_of_the_file()
    {
        await using var site = await OpenAccounts.StartAsync(clock);
        var (person, stranger) = (await Person.SignedUpAsync(site, "13800138000"), await Person.SignedUpAsync(site, "13900139000"));
        await AnswerAsync(person, Purpose.ProfileKeeping, "agree");
        using SKBitmap red = new(600, 300);
        red.Erase(SKColors.Red);
        using var png = red.Encode(SKEncodedImageFormat.Png, 90);
        byte[] polyglot = [.. png.ToArray(), .. "<script>alert('GPS 39.9')</script>"u8];
        Assert.Equal(HttpStatusCode.OK, (await UploadAsync(person, polyglot)).StatusCode);
        var taken = await person.Browser.GetAsync(Page + "?handler=avatar");
        var bytes = await taken.Content.ReadAsByteArrayAsync(Ct);
        Assert.Equal(("image/jpeg", "nosniff"), (taken.Content.Headers.ContentType!.MediaType, taken.Headers.GetValues("X-Content-Type-Options").Single()));
        using var read = SKBitmap.Decode(bytes);
        Assert.Equal((256, 256, true), (read.Width, read.Height, read.GetPixel(128, 128).Red > 240));
        Assert.Equal(-1, bytes.AsSpan().IndexOf("script"u8));
        Assert.Equal(HttpStatusCode.NotFound, (await stranger.Browser.GetAsync(Page + "?handler=avatar")).StatusCode);
        await person.PressAsync("noAvatar");
        Assert.Equal(HttpStatusCode.NotFound, (await person.Browser.GetAsync(Page + "?handler=avatar")).StatusCode);
    }

    [Fact]
    public void Bombs_programs_and_torn_files_are_no_pictures()
    {
        using SKBitmap small = new(16, 16);
        small.Erase(SKColors.Blue);
        var png = small.Encode(SKEncodedImageFormat.Png, 90).ToArray();
        var bomb = png.ToArray();
        System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(bomb.AsSpan(16), 60_000); // the header says sixty thousand by sixty thousand
        System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(bomb.AsSpan(20), 60_000);
        byte[][] wrong = [[], [0xFF], bomb, png[..24], "<svg xmlns='http://www.w3.org/2000/svg'/>"u8.ToArray(), "GIF89a"u8.ToArray(), "<script>"u8.ToArray(), [.. Enumerable.Repeat((byte)0xD8, 5000)]];
        Assert.All(wrong, file => Assert.Null(new Avatar().FromUpload(file)));
        Assert.NotNull(new Avatar().FromUpload(png));
        Random random = new(5);
        for (var i = 0; i < 300; i++)
        {
            var damaged = png.ToArray();
            for (var n = random.Next(1, 6); n > 0; n--) damaged[random.Next(8, damaged.Length)] = (byte)random.Next(256);
            _ = new Avatar().FromUpload(damaged); // a picture or none, and no exception
        }
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task Two_devices_that_save_the_first_part_at_once_both_succeed(bool postgres)
    {
        await using var site = await OpenAccounts.StartAsync(clock, postgres);
        var person = await Person.SignedUpAsync(site, "13800138000");
        await AnswerAsync(person, Purpose.ProfileKeeping, "agree");
        var subject = await site.WithAsync<AppDb, Subject>(async db => (await db.Members.SingleAsync(Ct)).Subject);
        Assert.All(await Task.WhenAll(Enumerable.Range(0, 8).Select(i => site.WithAsync<KeepProfile, bool>(k => k.SaveAsync(subject, new Dictionary<ProfileFields, string> { [ProfileFields.Company] = $"公司{i}" }, ProfileFields.None, Ct)))), Assert.True);
        Assert.Equal(1, await site.WithAsync<AppDb, int>(db => db.Profiles.CountAsync(Ct)));
    }

    [Fact]
    public async Task The_proof_of_an_address_is_none_of_another_that_was_saved_meanwhile()
    {
        await using var site = await OpenAccounts.StartAsync(clock);
        var person = await Person.SignedUpAsync(site, "13800138000");
        await AnswerAsync(person, Purpose.ProfileKeeping, "agree");
        var subject = await site.WithAsync<AppDb, Subject>(async db => (await db.Members.SingleAsync(Ct)).Subject);
        foreach (var (saved, proved) in new[] { ("own@example.com", true), ("victim@example.com", false) })
        {
            await SaveAsync(person, ("email", saved));
            await site.WithAsync<KeepProfile, bool>(async k => { await k.ProveEmailAsync(subject, "own@example.com", Ct); return true; });
            Assert.Equal(proved, await site.WithAsync<AppDb, bool>(db => db.Profiles.AnyAsync(p => p.EmailProvedAt != null, Ct)));
        }
    }

    [Fact]
    public async Task A_minor_keeps_no_profile()
    {
        await using var site = await OpenAccounts.StartAsync(clock);
        var person = await Person.SignedUpAsync(site, "13800138000");
        await AnswerAsync(person, Purpose.ProfileKeeping, "agree");
        await SaveAsync(person, ("name", "示例甲"));
        await site.WithAsync<AppDb, int>(db => db.Members.ExecuteUpdateAsync(m => m.SetProperty(x => x.Minor, true), Ct));
        Assert.DoesNotContain("示例甲", await person.Browser.ReadAsync(Page), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Erasing_a_member_takes_the_profile_and_nobody_elses()
    {
        await using var site = await OpenAccounts.StartAsync(clock);
        await PublishedAsync(site, "13800138000", "示例公司");
        await PublishedAsync(site, "13900139000", "旁人公司");
        var gone = await site.WithAsync<AppDb, Subject>(async db => (await db.Members.OrderBy(m => m.CreatedAt).FirstAsync(Ct)).Subject);
        Assert.Contains("示例公司", await ExportAsync(site, gone));
        await site.WithAsync<IEnumerable<IPersonalDataStore>, bool>(async stores =>
        {
            foreach (var store in stores) await store.EraseAsync(gone, Ct);
            return true;
        });
        Assert.DoesNotContain("示例公司", await ExportAsync(site, gone));
        Assert.Equal((1, 0), (await site.WithAsync<AppDb, int>(db => db.Profiles.CountAsync(Ct)), await site.WithAsync<AppDb, int>(db => db.Profiles.CountAsync(p => p.Subject == gone, Ct))));
    }

    private static Task<List<string?>> ExportAsync(TestSite site, Subject subject) => site.WithAsync<IEnumerable<IPersonalDataStore>, List<string?>>(async stores =>
    {
        List<string?> values = [];
        foreach (var store in stores) await foreach (var value in store.ExportAsync(subject, Ct)) values.Add(value.Value);
        return values;
    });

    private static async Task<Person> PublishedAsync(TestSite site, string number, string company)
    {
        var person = await Person.SignedUpAsync(site, number);
        await AnswerAsync(person, Purpose.ProfileKeeping, "agree");
        await SaveAsync(person, ("company", company));
        await AnswerAsync(person, Purpose.ProfilePublication, "agree");
        await SaveAsync(person, ("company", company), ("shown", "Company"));
        return person;
    }

    private static Task<HttpResponseMessage> AnswerAsync(Person person, Purpose purpose, string answer, string page = Page) => person.Browser.PressAsync(page, $"value=\"{purpose.Id}\"", answer);

    private static async Task<HttpResponseMessage> SaveAsync(Person person, params (string Name, string Value)[] fields)
    {
        person.Body = await person.Browser.ReadAsync(Page);
        var token = Token().Match(person.Body).Groups["v"].Value;
        var response = await person.Browser.SendAsync(HttpMethod.Post, Page + "?handler=save", new FormUrlEncodedContent(fields.Append(("form", token)).Select(f => KeyValuePair.Create(f.Item1, f.Item2))));
        person.Body = await response.Content.ReadAsStringAsync(Ct);
        return response;
    }

    private static async Task<HttpResponseMessage> UploadAsync(Person person, byte[] file)
    {
        person.Body = await person.Browser.ReadAsync(Page);
        using ByteArrayContent picture = new(file);
        using StringContent token = new(Token().Match(person.Body).Groups["v"].Value);
        using MultipartFormDataContent form = new() { { token, "form" }, { picture, "picture", "p.png" } };
        var response = await person.Browser.SendAsync(HttpMethod.Post, Page + "?handler=avatar", form);
        person.Body = await response.Content.ReadAsStringAsync(Ct);
        return response;
    }

    private static async Task<(HttpStatusCode Status, string Body)> ReadAsync(TestSite site, string path)
    {
        var response = await site.Client.GetAsync(path, Ct);
        return (response.StatusCode, await response.Content.ReadAsStringAsync(Ct));
    }

    [GeneratedRegex("/members/[0-9a-f]{32}", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex PublicLink();

    [GeneratedRegex("name=\"form\" type=\"hidden\" value=\"(?<v>[^\"]*)\"", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Token();
}
