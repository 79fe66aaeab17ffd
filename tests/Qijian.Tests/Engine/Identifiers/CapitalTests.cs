using CsCheck;
using Qijian.Engine.Identifiers;

namespace Qijian.Tests.Engine.Identifiers;

public sealed class CapitalTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData("21.6000(万元人民币)", 216_000, "CNY")]
    [InlineData("160万人民币", 1_600_000, "CNY")]
    [InlineData("100万美元", 1_000_000, "USD")]
    [InlineData("36,600(万人民币元)", 366_000_000, "CNY")]
    [InlineData("0( 万人民币元)", 0, "CNY")]
    [InlineData("550(万香港元)", 5_500_000, "HKD")]
    [InlineData("5,000,000(人民币元)", 5_000_000, "CNY")]
    [InlineData("300,000(万日元)", 3_000_000_000, "JPY")]
    [InlineData("678(万元美元)", 6_780_000, "USD")]
    [InlineData("850(万元(港币))", 8_500_000, "HKD")]
    [InlineData("205(万元（人民币）)", 2_050_000, "CNY")]
    [InlineData("10(万元香港元)", 100_000, "HKD")]
    [InlineData("USD 100,000", 100_000, "USD")]
    [InlineData("人民币壹佰万元整", 1_000_000, "CNY")]
    [InlineData("人民币叁仟伍佰贰拾万零伍拾圆整", 35_200_050, "CNY")]
    [InlineData("人民币一亿两千万元", 120_000_000, "CNY")]
    [InlineData("人民币：1,0000,0000元", 100_000_000, "CNY")]
    [InlineData("1亿2000万元人民币", 120_000_000, "CNY")]
    [InlineData("５０万元人民幣", 500_000, "CNY")]
    [InlineData("1,400,000(元人民币)", 1_400_000, "CNY")]
    public void A_capital_text_has_amount_unit_and_currency(string text, long amount, string currency)
    {
        Assert.True(Capital.TryParse(text, out var capital));
        Assert.Equal(new Capital(amount, currency, CurrencyAssumed: false, UnitAssumed: false), capital);
    }

    [Theory]
    [InlineData("32(万)", 320_000)]
    [InlineData("0（万元）", 0)]
    [InlineData("1.5亿元", 150_000_000)]
    [InlineData("3百万元", 3_000_000)]
    [InlineData("5千元", 5_000)]
    public void A_text_without_a_currency_is_taken_for_yuan(string text, long amount)
    {
        Assert.True(Capital.TryParse(text, out var capital));
        Assert.Equal(new Capital(amount, "CNY", CurrencyAssumed: true, UnitAssumed: false), capital);
    }

    [Theory]
    [InlineData("2,000()", 20_000_000)]
    [InlineData("518.400000", 5_184_000)]
    public void A_bare_number_is_taken_for_ten_thousands(string text, long amount)
    {
        Assert.True(Capital.TryParse(text, out var capital));
        Assert.Equal(new Capital(amount, "CNY", CurrencyAssumed: true, UnitAssumed: true), capital);
        Assert.Equal(amount * 100, capital.MinorUnits);
    }

    [Fact]
    public void Two_units_at_once_leave_the_unit_unknown()
    {
        Assert.True(Capital.TryParse("30,000(元/万元)", out var capital));
        Assert.Equal((30_000m, true, true, null), (capital.Amount, capital.UnitUnknown, capital.UnitAssumed, capital.MinorUnits));
    }

    [Theory]
    [InlineData("21.61234567(万元)", 21_612_346)]
    [InlineData("100.5日元", 101)]
    [InlineData("伍圆叁角伍分", 535)]
    public void Minor_units_are_whole(string text, long minor)
    {
        Assert.True(Capital.TryParse(text, out var capital));
        Assert.Equal(minor, capital.MinorUnits);
    }

    [Theory]
    [InlineData("")]
    [InlineData("万人民币")]
    [InlineData("无")]
    [InlineData("-100万元")]
    [InlineData("100万200万")]
    [InlineData("100万人民币美元")]
    [InlineData("99999999999999999999999999999999999999万元")]
    [InlineData("9999999999999万元")]
    [InlineData("1,2,3万元")]
    [InlineData("100万贝壳")]
    [InlineData("1.2.3万元")]
    [InlineData("10万亿亿亿亿亿元")]
    public void A_text_that_states_no_one_amount_does_not_parse(string text) => Assert.False(Capital.TryParse(text, out _));

    [Fact]
    public void No_text_throws_and_no_amount_is_absurd() =>
        Gen.OneOf(Gen.String[0, 30], Gen.Char["0123456789.,万亿元千百十壹零角分()/-人民币美元 "].Array[0, 25].Select(c => new string(c))).Sample(t =>
        {
            if (!Capital.TryParse(t, out var capital)) return;
            Assert.InRange(capital.Amount, 0, Capital.Max);
            Assert.True(capital.UnitUnknown || capital.MinorUnits >= 0);
        }, iter: 100_000);

    [Fact]
    public void An_amount_written_in_ten_thousands_comes_back() =>
        Gen.Select(Gen.Long[0, 99_999_999_999], Gen.OneOf("万元人民币", "万人民币", "(万元)")).Sample((fen4, unit) =>
        {
            Assert.True(Capital.TryParse($"{fen4 / 10_000m:0.0000}{unit}", out var capital));
            Assert.Equal(fen4, capital.Amount);
        });

    [Fact]
    public void Nearly_every_text_of_a_real_register_parses()
    {
        int all = 0, parsed = 0, assumed = 0;
        HashSet<string> failed = [];
        foreach (var row in RealData.Csv("cn-registry/dev_full_250k.csv.gz"))
        {
            if (row.Length < 10 || row[5].Length == 0) continue;
            all++;
            if (Capital.TryParse(row[5], out var capital))
            {
                parsed++;
                if (capital.UnitAssumed) assumed++;
            }
            else
            {
                failed.Add(row[5]);
            }
        }
        output.WriteLine($"{parsed} of {all} = {100.0 * parsed / all:F4} %, {assumed} with an assumed unit; not parsed: {string.Join(" | ", failed.Take(40))}");
        Assert.True(parsed > 0.999 * all);
    }
}
