using Qijian.Modules.Registry;

namespace Qijian.Tests.Modules.Registry.Import;

public sealed class TelephoneTests
{
    [Theory]
    [InlineData("059187654321", "0591 8765 4321"), InlineData("0591-87654321", "0591 8765 4321"), InlineData("（0591）８７６５４３２１", "0591 8765 4321"), InlineData("+86 591 87654321", "0591 8765 4321")]
    [InlineData("010-12345678", "010 1234 5678"), InlineData("400-888-0000", "400 888 0000"), InlineData("+44 20 7946 0018", "+44 20 7946 0018"), InlineData("87654321", null), InlineData("见名片", null), InlineData("", null), InlineData("\ud800", null)]
    public void A_number_is_written_as_in_its_country_and_what_is_none_stays_as_it_is(string text, string? known)
    {
        Assert.False(Telephone.IsMobile(text));
        Assert.Equal(known, Telephone.Format(text));
    }

    [Theory, InlineData("13800138000"), InlineData("+8613800138000"), InlineData("138 0013 8000"), InlineData("138-0013-8000"), InlineData("１３８００１３８０００"), InlineData("手机13800138000转张"), InlineData("87654321 13800138000"), InlineData("+44 7911 123456")]
    public void A_mobile_number_is_known_however_it_is_written(string text) => Assert.True(Telephone.IsMobile(text));
}
