using CsCheck;
using Qijian.Engine.Identifiers;

namespace Qijian.Tests.Engine.Identifiers;

public sealed class CodesTests(ITestOutputHelper output)
{
    private const string CreditAlphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY";
    private const string LeiAlphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";

    private static readonly Gen<string> CreditCodes = Gen.Select(Gen.Char[CreditAlphabet].Array[2], Gen.Char['0', '9'].Array[6], Gen.Char[CreditAlphabet].Array[8],
        (head, region, organisation) =>
        {
            var first16 = new string(head) + new string(region) + new string(organisation);
            var first17 = first16 + CreditCode.OrganisationCheckCharacter(organisation);
            return first17 + CreditCode.CheckCharacter(first17);
        });

    private static readonly Gen<string> Leis = Gen.Char[LeiAlphabet].Array[18].Select(c => new string(c) + Lei.CheckDigits(c));
    private static readonly Gen<string> Numbers = Gen.Char['0', '9'].Array[14].Select(c => new string(c) + RegistrationNumber.CheckDigit(c));

    [Theory]
    [InlineData("91350100M000100Y43")]
    [InlineData("91440300708461136T")]
    [InlineData("12100000400010275N")]
    public void A_real_credit_code_parses(string code)
    {
        Assert.Equal(code, CreditCode.Parse(code, null).ToString());
        Assert.Equal(CodeVerdict.Valid, CreditCode.Check(code).Verdict);
    }

    [Fact]
    public void A_credit_code_with_a_wrong_check_character_does_not_parse()
    {
        Assert.False(CreditCode.TryParse("91440300767669022G", out _));
        Assert.Equal(new CreditCodeCheck(CodeVerdict.WrongCheckCharacter, 'W'), CreditCode.Check("91440300767669022G"));
        Assert.Throws<FormatException>(() => CreditCode.Parse("91440300767669022G", null));
    }

    [Theory]
    [InlineData("", CodeVerdict.WrongLength)]
    [InlineData("91350100M000100Y4", CodeVerdict.WrongLength)]
    [InlineData("91350100M000100Y433", CodeVerdict.WrongLength)]
    [InlineData("91350100M00O100Y43", CodeVerdict.WrongAlphabet)]
    [InlineData("91A50100M000100Y43", CodeVerdict.WrongAlphabet)]
    [InlineData("91350100M000100Y4😀", CodeVerdict.WrongLength)]
    public void A_text_that_is_no_credit_code_says_why(string text, CodeVerdict verdict) => Assert.Equal(verdict, CreditCode.Check(text).Verdict);

    [Fact]
    public void A_credit_code_with_a_wrong_inner_check_parses_and_says_so()
    {
        var first16 = "91350100M000100Y"[..16];
        var wrong = first16 + "5";
        var code = wrong + CreditCode.CheckCharacter(wrong);
        Assert.True(CreditCode.TryParse(code, out _));
        Assert.Equal(new CreditCodeCheck(CodeVerdict.WrongOrganisationCheck, '4'), CreditCode.Check(code));
    }

    [Theory]
    [InlineData(" 91350100m000100y43 ")]
    [InlineData("９１３５０１００Ｍ０００１００Ｙ４３")]
    [InlineData("9135-0100-M000-100Y-43")]
    [InlineData("91 350100 M000100Y4 3\u200B")]
    public void A_credit_code_is_read_with_forgiveness(string text) => Assert.Equal("91350100M000100Y43", CreditCode.Parse(text, null).ToString());

    [Fact]
    public void A_credit_code_has_parts()
    {
        var code = CreditCode.Parse("91440300708461136T", null);
        Assert.Equal(('9', '1', "440300", "708461136"), (code.RegistrationAuthority, code.InstitutionCategory, code.RegionCode, code.OrganisationCode));
    }

    [Fact]
    public void Any_made_credit_code_round_trips() =>
        CreditCodes.Sample(c => Assert.Equal(c, CreditCode.Parse(c.ToLowerInvariant(), null).ToString()));

    [Fact]
    public void One_wrong_character_in_a_credit_code_always_shows() =>
        Gen.Select(CreditCodes, Gen.Int[0, 17], Gen.Char[CreditAlphabet]).Where((c, at, other) => c[at] != other)
            .Sample((c, at, other) => Assert.False(CreditCode.TryParse(c[..at] + other + c[(at + 1)..], out _)), iter: 20_000);

    [Fact]
    public void No_text_makes_a_code_throw() => Gen.String[0, 25].Sample(t =>
    {
        Assert.Equal(CreditCode.TryParse(t, out _), CreditCode.Check(t).Verdict is CodeVerdict.Valid or CodeVerdict.WrongOrganisationCheck);
        Assert.Equal(Lei.TryParse(t, out _), Lei.Check(t).Verdict == CodeVerdict.Valid);
        Assert.False(RegistrationNumber.TryParse(t, out _) && StockCode.TryParse(t, out _));
    });

    [Theory]
    [InlineData("5493001KJTIIGC8Y1R12")]
    [InlineData("529900t8bm49aursdo55")]
    public void A_real_LEI_parses(string lei) => Assert.Equal(lei.ToUpperInvariant(), Lei.Parse(lei, null).ToString());

    [Fact]
    public void An_LEI_with_wrong_check_digits_says_the_right_ones() =>
        Assert.Equal(new LeiCheck(CodeVerdict.WrongCheckCharacter, "12"), Lei.Check("5493001KJTIIGC8Y1R21"));

    [Fact]
    public void Any_made_LEI_round_trips() => Leis.Sample(l => Assert.Equal(l, Lei.Parse(l, null).ToString()));

    [Fact]
    public void One_wrong_character_of_the_same_kind_in_an_LEI_always_shows() =>
        Gen.Select(Leis, Gen.Int[0, 19], Gen.Char[LeiAlphabet]).Where((l, at, other) => l[at] != other && char.IsAsciiDigit(l[at]) == char.IsAsciiDigit(other))
            .Sample((l, at, other) => Assert.False(Lei.TryParse(l[..at] + other + l[(at + 1)..], out _)), iter: 20_000);

    [Fact]
    public void Any_made_registration_number_round_trips_and_one_wrong_digit_always_shows()
    {
        Numbers.Sample(n => Assert.Equal(n, RegistrationNumber.Parse(n, null).ToString()));
        Gen.Select(Numbers, Gen.Int[0, 14], Gen.Char['0', '9']).Where((n, at, other) => n[at] != other)
            .Sample((n, at, other) => Assert.False(RegistrationNumber.TryParse(n[..at] + other + n[(at + 1)..], out _)), iter: 20_000);
    }

    [Fact]
    public void A_registration_number_knows_its_region() => Assert.Equal("320100", RegistrationNumber.Parse("320100000001374", null).RegionCode);

    [Theory]
    [InlineData("000001.SZ", "000001.SZ")]
    [InlineData("600000", "600000.SH")]
    [InlineData("sh688981", "688981.SH")]
    [InlineData("430047.bj", "430047.BJ")]
    [InlineData("３００７５０", "300750.SZ")]
    [InlineData("920001", "920001.BJ")]
    public void A_stock_code_is_read_with_or_without_its_exchange(string text, string code) => Assert.Equal(code, StockCode.Parse(text, null).ToString());

    [Theory]
    [InlineData("600000.SZ")]
    [InlineData("510300")]
    [InlineData("12345")]
    [InlineData("600000.XX")]
    [InlineData("600000SH")]
    public void What_is_no_share_does_not_parse(string text) => Assert.False(StockCode.TryParse(text, out _));

    [Fact]
    public void Codes_of_a_real_register_are_judged_and_counted()
    {
        Dictionary<string, int> counts = [];
        foreach (var line in RealData.Lines("cn-registry/names_dev_2952k.tsv.gz").Skip(1))
        {
            var code = line.Split('\t')[1];
            var key = code.Length == 15 && code.All(char.IsAsciiDigit) ? $"15 digits, valid {RegistrationNumber.TryParse(code, out _)}" : CreditCode.Check(code).Verdict.ToString();
            counts[key] = counts.GetValueOrDefault(key) + 1;
        }
        foreach (var (key, count) in counts) output.WriteLine($"{key}: {count:N0}");
        Assert.True(counts["Valid"] > 0.995 * counts.Values.Sum());
    }

    [Fact]
    public void Real_share_codes_and_LEIs_parse()
    {
        foreach (var row in RealData.Csv("a-share/stock_basic_full_en_pinyin_controller.csv"))
        {
            Assert.Equal(row[0], StockCode.Parse(row[0], null).ToString());
            Assert.Equal(row[0], StockCode.Parse(row[0][..6], null).ToString());
        }
        int all = 0, wrong = 0;
        foreach (var line in RealData.Lines("gleif/lei-bic-20260130.csv").Skip(1))
        {
            all++;
            if (!Lei.TryParse(line.Split(',')[0].Trim('"'), out _)) wrong++;
        }
        output.WriteLine($"{wrong} of {all} LEIs fail");
        Assert.True(wrong < all / 1000);
    }
}
