using System.Diagnostics;
using CsCheck;
using Qijian.Engine.Text;

namespace Qijian.Tests.Engine.Text;

public sealed class NormalizerTests(ITestOutputHelper output)
{
    // Any UTF-16 at all, with more of what the rules touch than chance would give.
    private static readonly Gen<string> Texts = Gen.OneOf(
        Gen.Char,
        Gen.Char["（）〔】《·•—－ 　\u200B\0\uFEFF乾燥饼餅瞭解ＡaÉé\u0301①Ⅲ㈱國银\uD840\uDC00\uDBFF\uFFFF𠮷豈𝐀"]).Array[0, 40].Select(c => new string(c));

    [Theory]
    [InlineData("ＡＢＣ１２３", "abc123")]
    [InlineData("騰訊科技（深圳）有限公司", "腾讯科技(深圳)有限公司")]
    [InlineData("拼多多【上海】〔網絡〕［科技］《书》", "拼多多(上海)(网络)(科技)(书)")]
    [InlineData("  北京\u3000\t 某某\r\n公司 ", "北京 某某 公司")]
    [InlineData("北\u200B京\0某\uFEFF某\u00AD", "北京某某")]
    [InlineData("阿卜杜拉•买买提‧吐尔逊・江", "阿卜杜拉·买买提·吐尔逊·江")]
    [InlineData("A—B–C－D", "a-b-c-d")]
    [InlineData("Café ÉCOLE Straße", "cafe ecole straße")]
    [InlineData("①号Ⅲ期㎡", "1号iii期m2")]
    [InlineData("乾元盛世", "乾元盛世")]
    [InlineData("乾燥設備", "干燥设备")]
    [InlineData("餅乾廠", "饼干厂")]
    [InlineData("著名品牌", "著名品牌")]
    [InlineData("𠮷野家\U000E0100", "𠮷野家")]
    [InlineData("𝐀𝐁", "ab")]
    [InlineData("㑳", "㑇")]
    [InlineData("", "")]
    [InlineData("　", "")]
    public void A_text_has_one_normal_form(string text, string normal) => Assert.Equal(normal, Normalizer.Normalize(text));

    [Fact]
    public void A_lone_surrogate_is_left_out() => Assert.Equal("北京", Normalizer.Normalize("北\uD840京\uDC00"));

    [Theory]
    [InlineData("拼多多（上海）网络科技有限公司", "拼多多上海网络科技有限公司")]
    [InlineData("O'Reilly & Sons, Inc.", "oreillysonsinc")]
    [InlineData("二〇一工厂😀", "二〇一工厂")]
    [InlineData("乾-燥", "干燥")]
    public void The_key_keeps_letters_digits_and_hanzi_only(string text, string key) => Assert.Equal(key, Normalizer.Key(text));

    [Theory]
    [InlineData('國', '国')]
    [InlineData('Ａ', 'a')]
    [InlineData('【', '(')]
    [InlineData('乾', '乾')]
    [InlineData('Ⅲ', 'Ⅲ')]
    [InlineData('\uD840', '\uD840')]
    public void Fold_is_the_part_that_is_one_for_one(char from, char to) => Assert.Equal(to, Normalizer.Fold(from));

    [Fact]
    public void Normalizing_twice_is_normalizing_once() =>
        Texts.Sample(t => Assert.Equal(Normalizer.Normalize(t), Normalizer.Normalize(Normalizer.Normalize(t))), iter: 100_000);

    [Fact]
    public void The_key_of_a_key_or_of_a_normal_form_is_the_key() =>
        Texts.Sample(t =>
        {
            Assert.Equal(Normalizer.Key(t), Normalizer.Key(Normalizer.Key(t)));
            Assert.Equal(Normalizer.Key(t), Normalizer.Key(Normalizer.Normalize(t)));
        }, iter: 100_000);

    [Fact]
    public void The_normal_form_stays_within_its_bound() => Texts.Sample(t =>
    {
        var buffer = new char[t.Length * Normalizer.MaxExpansion];
        return buffer.AsSpan(0, Normalizer.Normalize(t, buffer)).SequenceEqual(Normalizer.Normalize(t));
    }, iter: 100_000);

    [Fact]
    public void Every_character_alone_has_a_stable_form()
    {
        for (var i = 0; i <= 0x10FFFF; i++)
        {
            if (i is >= 0xD800 and <= 0xDFFF) continue;
            var once = Normalizer.Normalize(char.ConvertFromUtf32(i));
            Assert.Equal(once, Normalizer.Normalize(once));
            Assert.True(once.Length <= Normalizer.MaxExpansion * char.ConvertFromUtf32(i).Length);
            if (i <= 0xFFFF) Assert.Equal(Normalizer.Fold((char)i), Normalizer.Fold(Normalizer.Fold((char)i)));
        }
    }

    [Fact]
    public void A_normal_text_is_returned_without_allocation()
    {
        const string Text = "北京某某科技(上海)有限公司 abc";
        Assert.Same(Text, Normalizer.Normalize(Text));
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++) Normalizer.Normalize(Text);
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    [Fact]
    public void A_destination_that_is_too_short_is_refused() =>
        Assert.Throws<ArgumentException>(() => Normalizer.Normalize("北京", new char[1]));

    [Fact]
    public void A_million_characters_are_normalized() =>
        Assert.Equal(1_000_000, Normalizer.Normalize(new string('國', 1_000_000)).Length);

    [Fact]
    public void Real_names_change_rarely_and_are_counted()
    {
        Dictionary<char, int> changed = [];
        var names = RealData.Lines("cn-registry/names_dev_2952k.tsv.gz").Skip(1).Take(500_000).Select(l => l[..l.IndexOf('\t', StringComparison.Ordinal)]).ToArray();
        var clock = Stopwatch.StartNew();
        var length = 0L;
        foreach (var name in names) length += Normalizer.Normalize(name).Length;
        output.WriteLine($"{names.Length / clock.Elapsed.TotalSeconds:N0} names/s");
        foreach (var name in names)
        {
            Assert.Equal(Normalizer.Normalize(name), Normalizer.Normalize(Normalizer.Normalize(name)));
            foreach (var c in name)
            {
                if (Normalizer.Fold(c) != c) changed[c] = changed.GetValueOrDefault(c) + 1;
            }
        }
        output.WriteLine(string.Join(' ', changed.Where(p => p.Key >= '\u3400' && p.Key < '\uFF00').OrderByDescending(p => p.Value).Take(80).Select(p => $"{p.Key}{Normalizer.Fold(p.Key)}{p.Value}")));
        Assert.True(length > 0);
    }
}
