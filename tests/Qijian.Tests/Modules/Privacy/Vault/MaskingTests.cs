using CsCheck;
using Qijian.Modules.Privacy;

namespace Qijian.Tests.Modules.Privacy;

public sealed class MaskingTests
{
    private static readonly Gen<string> Digits = Gen.Char['0', '9'].Array[0, 15].Select(d => new string(d));
    private static readonly Gen<string> Anything = Gen.OneOf(Gen.String[0, 30], Digits, Digits.Select(d => $"+86 {d}"), Gen.String[0, 8].Select(s => $"{s}@{s}"), Gen.UInt.Select(n => new System.Net.IPAddress(n).ToString()),
        Gen.Byte.Array[16].Select(b => new System.Net.IPAddress(b).ToString()), Gen.OneOf("", "•••", "••", "*", "***", "@", "a@", "@b", "a@b", "张", "张*", "𠮷", "👨‍👩‍👧", "\ud800", "0.0.0.0/24", "203.0.113.0/24", "::1", "fe80::1%lo", "10.0.0.1:80"));

    [Theory]
    [InlineData(MaskRule.Full, "广州市天河区", "•••"), InlineData(MaskRule.Full, "", "•••"), InlineData(MaskRule.Full, "•••", "••"), InlineData(MaskRule.None, "上海", "上海")]
    [InlineData(MaskRule.Name, "张三", "张*"), InlineData(MaskRule.Name, "欧阳娜娜", "欧***"), InlineData(MaskRule.Name, "Zhang Wei", "Z***"), InlineData(MaskRule.Name, "𠮷田", "𠮷*"), InlineData(MaskRule.Name, "张", "*"), InlineData(MaskRule.Name, "*", "•••")]
    [InlineData(MaskRule.Phone, "13812341234", "138****1234"), InlineData(MaskRule.Phone, "+86 138-1234-1234", "138****1234"), InlineData(MaskRule.Phone, "010-12345678", "010****5678"), InlineData(MaskRule.Phone, "12345678", "•••"), InlineData(MaskRule.Phone, "138****1234", "•••")]
    [InlineData(MaskRule.Email, "zhang@example.cn", "z***@example.cn"), InlineData(MaskRule.Email, "a@b.cn", "***@b.cn"), InlineData(MaskRule.Email, "example.cn", "•••"), InlineData(MaskRule.Email, "@b.cn", "•••"), InlineData(MaskRule.Email, "a***@b.cn", "•••")]
    [InlineData(MaskRule.Network, "203.0.113.77", "203.0.113.0/24"), InlineData(MaskRule.Network, "2001:db8:1:2:3::4", "2001:db8:1::/48"), InlineData(MaskRule.Network, "::ffff:203.0.113.77", "203.0.113.0/24"), InlineData(MaskRule.Network, "somewhere", "•••")]
    public void Each_rule_shows_so_much(object rule, string value, string shown) => Assert.Equal(shown, Masking.Apply((MaskRule)rule, value));

    [Fact]
    public void No_rule_fails_and_none_shows_the_whole_unless_it_says_so() => Gen.Select(Gen.Enum<MaskRule>(), Anything).Sample((rule, value) =>
    {
        var masked = Masking.Apply(rule, value);
        if (rule is MaskRule.None) Assert.Equal(value, masked);
        else Assert.NotEqual(value, masked);
    }, iter: 20_000);
}
