using CsCheck;
using Qijian.Modules.Registry;

namespace Qijian.Tests.Modules.Registry.Import;

public sealed class TelephoneTests
{
    private static readonly string[] Prefixes = ["", "0", "86", "+86", "0086", "86-", "+86 (0)", "+", "0591-87654321 ", "0591-87654321/"];

    [Theory]
    [InlineData("059187654321", "0591 8765 4321"), InlineData("0591-87654321", "0591 8765 4321"), InlineData("（0591）８７６５４３２１", "0591 8765 4321"), InlineData("+86 591 87654321", "0591 8765 4321"), InlineData("86-0591-87654321", "0591 8765 4321")]
    [InlineData("010-12345678", "010 1234 5678"), InlineData("400-888-0000", "400 888 0000"), InlineData("+44 20 7946 0018", "+44 20 7946 0018"), InlineData("总机 0591-87654321（前台）", "0591 8765 4321")]
    [InlineData("0591-87654321、0591-80000000", "0591 8765 4321;0591 8000 0000"), InlineData("0591-87654321 0591-80000000", "0591 8765 4321;0591 8000 0000"), InlineData("0591-87654321/13800138000", "0591 8765 4321"), InlineData("0591-87654321 13800138000", "0591 8765 4321"), InlineData("13800138000或0591-87654321", "0591 8765 4321")]
    [InlineData("0591-87654321、059187654321", "0591 8765 4321"), InlineData("0591-87654321/22", "0591 8765 4321")]
    public void Numbers_are_taken_out_of_a_text_and_written_as_in_their_country(string text, string numbers) => Assert.Equal(numbers.Split(';'), Telephone.Numbers(text));

    [Theory]
    [InlineData("13800138000"), InlineData("+8613800138000"), InlineData("138 0013 8000"), InlineData("138-0013-8000"), InlineData("１３８００１３８０００"), InlineData("手机13800138000转张"), InlineData("+44 7911 123456"), InlineData("+852 91234567")]
    [InlineData("+8613800138000（张经理）"), InlineData("8613800138000（微信同号）"), InlineData("008613800138000转"), InlineData("013800138000（张）"), InlineData("138.0013.8000（张）"), InlineData("138 - 0013 - 8000 张"), InlineData("138****8000"), InlineData("0591-87654321 ext 13800138000"), InlineData("138/0013/8000")]
    [InlineData("87654321"), InlineData("22"), InlineData("暂无"), InlineData("见名片"), InlineData(""), InlineData("\ud800"), InlineData("12345"), InlineData("+1 650 253 0000"), InlineData("0591-8765****")]
    public void A_mobile_number_however_it_is_written_and_what_is_no_number_is_not_taken_in(string text)
    {
        Assert.DoesNotContain(Telephone.Numbers(text), n => n is not "0591 8765 4321");
        Assert.DoesNotContain(Telephone.Numbers(text), n => string.Concat(n.Where(char.IsAsciiDigit)).Contains("13800138000", StringComparison.Ordinal));
    }

    [Fact]
    public void No_mobile_number_comes_through_whatever_stands_around_it()
    {
        // Digits and + before it would make it another number, but for what stands for China or a trunk.
        var around = Gen.Char["-() .,;转张ext#手机；、"].Array[0, 6].Select(c => new string(c));
        Gen.Select(around, Gen.Int[0, Prefixes.Length - 1].Select(i => Prefixes[i]), Gen.Int[30, 99], Gen.Int[0, 99_999_999], around).Sample((before, prefix, carrier, rest, after) =>
        {
            var mobile = $"1{carrier}{rest:00000000}";
            return !Telephone.Numbers(before + prefix + mobile + after).Any(n => string.Concat(n.Where(char.IsAsciiDigit)).Contains(mobile, StringComparison.Ordinal));
        }, iter: 20_000);
    }

    [Fact]
    public void What_was_taken_in_is_taken_in_again_as_it_is()
    {
        var taken = 0;
        Gen.Select(Gen.Int[10, 999], Gen.Int[2_000_000, 99_999_999], Gen.Int[0, 9999]).Sample((area, number, extension) =>
        {
            var numbers = Telephone.Numbers($"0{area}-{number}{(extension % 3 == 0 ? $" ext {extension}" : "")}").ToList();
            Interlocked.Add(ref taken, numbers.Count);
            return numbers.TrueForAll(n => Telephone.Numbers(n).SequenceEqual([n], StringComparer.Ordinal) && Telephone.Numbers(Telephone.International(n)).SequenceEqual([n], StringComparer.Ordinal));
        }, iter: 5_000);
        Assert.True(taken > 100, $"only {taken} were numbers");
    }
}
