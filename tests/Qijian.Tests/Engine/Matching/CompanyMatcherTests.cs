using CsCheck;
using Qijian.Engine.Matching;

namespace Qijian.Tests.Engine.Matching;

public sealed class CompanyMatcherTests
{
    private const string Full = "杭州蓝鲸湾网络科技有限公司", Code = "91350100M000100Y43", OtherCode = "91440300708461136T";

    private static MatchScore Names(string row, string candidate) => new CompanyMatcher(new(row)).Score(new(candidate));

    [Theory]
    [InlineData(Full, Full, MatchBand.Exact, MatchReason.SameName)]
    [InlineData("杭州蓝鲸湾網絡科技有限公司", Full, MatchBand.Exact, MatchReason.SameAfterNormalization)]
    [InlineData("杭州蓝鲸湾网络 科技有限公司", Full, MatchBand.Exact, MatchReason.SameAfterNormalization)]
    [InlineData("蓝鲸湾（杭州）网络科技有限公司", Full, MatchBand.Strong, MatchReason.RegionMoved)]
    [InlineData("浙江省杭州市蓝鲸湾网络科技有限公司", Full, MatchBand.Strong, MatchReason.RegionShorter)]
    [InlineData("杭州市蓝鲸湾网络科技有限公司", Full, MatchBand.Strong, MatchReason.RegionShorter)]
    [InlineData("蓝鲸湾网络科技有限公司", Full, MatchBand.Strong, MatchReason.RegionLeftOut)]
    [InlineData("杭州蓝鲸湾网络科技有限责任公司", Full, MatchBand.Strong, MatchReason.SameAfterNormalization)]
    [InlineData("杭州蓝鲸湾网络科技公司", Full, MatchBand.Strong, MatchReason.FormShorter)]
    [InlineData("杭州蓝鲸湾网络科技", Full, MatchBand.Strong, MatchReason.FormShorter)]
    [InlineData("杭州蓝鲸湾网络科技股份有限公司", Full, MatchBand.Possible, MatchReason.OtherForm)]
    [InlineData("杭州蓝鲸湾网络科技集团有限公司", Full, MatchBand.Possible, MatchReason.OtherForm)]
    [InlineData("杭州篮鲸湾网络科技有限公司", Full, MatchBand.Strong, MatchReason.SameSound)]
    [InlineData("杭州蓝鲸弯网络科技有限公司", Full, MatchBand.Strong, MatchReason.SameSound)]
    [InlineData("杭州蓝海湾网络科技有限公司", Full, MatchBand.Possible, MatchReason.OneCharacterDiffers)]
    [InlineData("杭州蓝湾网络科技有限公司", Full, MatchBand.Possible, MatchReason.OneCharacterDiffers)]
    [InlineData("杭州鲸蓝湾网络科技有限公司", Full, MatchBand.Possible, MatchReason.OneCharacterDiffers)]
    [InlineData("杭州蓝鲸湾有限公司", Full, MatchBand.Possible, MatchReason.TradeLeftOut)]
    [InlineData("蓝鲸湾", Full, MatchBand.Possible, MatchReason.TradeLeftOut)]
    [InlineData("lanjingwan wangluokeji", Full, MatchBand.Possible, MatchReason.SamePinyin)]
    [InlineData("杭州蓝鲸湾餐饮管理有限公司", Full, MatchBand.Possible, MatchReason.OtherTrade)]
    [InlineData("宁波蓝鲸湾网络科技有限公司", Full, MatchBand.Weak, MatchReason.OtherRegionInName)]
    [InlineData("杭州飞象58网络科技有限公司", "杭州飞象59网络科技有限公司", MatchBand.Weak, MatchReason.OtherNumber)]
    [InlineData("杭州蓝鲸湾网络科技有限公司西湖分公司", Full, MatchBand.Weak, MatchReason.BranchOrParent)]
    [InlineData("上海飞象贸易有限公司", Full, MatchBand.Weak, MatchReason.OtherName)]
    [InlineData("北京大米科技有限公司", "北京小米科技有限公司", MatchBand.Possible, MatchReason.OneCharacterDiffers)]
    [InlineData("", Full, MatchBand.Weak, MatchReason.OtherName)]
    [InlineData("😀", Full, MatchBand.Weak, MatchReason.OtherName)]
    public void A_name_is_as_good_as_what_differs(string row, string candidate, MatchBand band, MatchReason reason)
    {
        var score = Names(row, candidate);
        Assert.True(score.Band == band, $"{score.Score} {string.Join(' ', score.Reasons)}");
        Assert.Contains(reason, score.Reasons);
    }

    [Fact]
    public void The_more_is_left_out_the_lower_the_score() =>
        Assert.Equal(
            ["杭州蓝鲸湾网络科技有限公司", "杭州蓝鲸湾网络科技有限责任公司", "杭州市蓝鲸湾网络科技有限公司", "蓝鲸湾网络科技有限公司", "蓝鲸湾网络科技", "蓝鲸湾", "蓝天网络科技"],
            new[] { "蓝鲸湾", "杭州市蓝鲸湾网络科技有限公司", "蓝天网络科技", "蓝鲸湾网络科技", "杭州蓝鲸湾网络科技有限责任公司", "蓝鲸湾网络科技有限公司", "杭州蓝鲸湾网络科技有限公司" }.OrderByDescending(n => Names(n, Full).Score));

    [Fact]
    public void The_same_code_settles_it_unless_the_name_is_another()
    {
        CompanyMatcher row = new(new("蓝鲸湾网络", Code.ToLowerInvariant().Insert(4, " ")));
        Assert.Equal((100, MatchReason.SameCode), (row.Score(new(Full) { CreditCode = Code }).Score, row.Score(new(Full) { CreditCode = Code }).Reasons[0]));
        var other = row.Score(new("上海飞象贸易有限公司") { CreditCode = Code });
        Assert.Equal(MatchBand.Strong, other.Band);
        Assert.Contains(MatchReason.OtherName, other.Reasons);
    }

    [Fact]
    public void Another_code_of_the_same_kind_makes_another_company_of_the_same_name()
    {
        CompanyMatcher row = new(new(Full, Code));
        Assert.Equal(MatchBand.Weak, row.Score(new(Full) { CreditCode = OtherCode }).Band);
        Assert.Equal(MatchBand.Exact, row.Score(new(Full) { RegistrationNumber = "110000000000013" }).Band);
    }

    [Fact]
    public void A_mistyped_code_is_not_another_one()
    {
        CompanyMatcher row = new(new(Full, Code[..^1] + "4"));
        Assert.Contains(MatchReason.CodeMistyped, row.Score(new(Full) { CreditCode = Code }).Reasons);
    }

    [Theory, InlineData("M000100Y4"), InlineData("M000100Y-4")]
    public void The_organisation_code_inside_a_credit_code_is_the_same(string code) =>
        Assert.Contains(MatchReason.SameCode, new CompanyMatcher(new("蓝鲸湾", code)).Score(new(Full) { CreditCode = Code }).Reasons);

    [Theory]
    [InlineData("浙江", MatchReason.SameRegion), InlineData("浙江省杭州市西湖区", MatchReason.SameRegion), InlineData("杭州", MatchReason.SameRegion), InlineData("330100", MatchReason.SameRegion), InlineData("33", MatchReason.SameRegion)]
    [InlineData("宁波市", MatchReason.OtherRegion), InlineData("广东", MatchReason.OtherRegion), InlineData("4403", MatchReason.OtherRegion)]
    public void A_region_is_understood_at_any_level(string region, MatchReason expected) =>
        Assert.Contains(expected, new CompanyMatcher(new(Full, Region: region)).Score(new(Full) { Province = "浙江", City = "杭州市" }).Reasons);

    [Fact]
    public void A_region_that_nobody_knows_says_nothing() =>
        Assert.Equal([MatchReason.SameName], new CompanyMatcher(new(Full, Region: "某地")).Score(new(Full) { Province = "浙江" }).Reasons);

    [Fact]
    public void Without_a_region_the_code_says_where_it_was_registered() =>
        Assert.Contains(MatchReason.OtherRegion, new CompanyMatcher(new(Full, Region: "广东")).Score(new(Full) { CreditCode = Code }).Reasons);

    [Fact]
    public void Address_and_person_speak_for_it_or_against_it()
    {
        CompanyMatcher row = new(new("蓝鲸湾网络科技有限公司", Address: "西湖区文三路 90 号东部软件园", Person: "测试员"));
        MatchCandidate candidate = new(Full) { Address = "浙江省杭州市西湖区文三路90号东部软件园1号楼", LegalRepresentative = "测试员" };
        Assert.Equal([MatchReason.RegionLeftOut, MatchReason.SameAddress, MatchReason.SamePerson], row.Score(candidate).Reasons);
        Assert.Equal([MatchReason.RegionLeftOut, MatchReason.OtherAddress, MatchReason.OtherPerson], row.Score(candidate with { Address = "宁波市海曙区灵桥路一号", LegalRepresentative = "别的人" }).Reasons);
    }

    [Fact]
    public void A_persons_name_may_be_written_in_pinyin() =>
        Assert.Contains(MatchReason.SamePerson, new CompanyMatcher(new(Full, Person: "Shan Ceshi")).Score(new(Full) { LegalRepresentative = "单测试" }).Reasons);

    [Fact]
    public void A_former_name_or_a_short_one_is_found_and_named()
    {
        MatchCandidate candidate = new("浙江飞象控股股份有限公司") { FormerNames = [Full], OtherNames = ["飞象控股", "Flying Elephant Holdings Co., Ltd."] };
        Assert.Equal([MatchReason.FormerName, MatchReason.SameName], new CompanyMatcher(new(Full)).Score(candidate).Reasons);
        Assert.Equal(MatchBand.Strong, new CompanyMatcher(new(Full)).Score(candidate).Band);
        Assert.Equal([MatchReason.OtherKnownName, MatchReason.SameName], new CompanyMatcher(new("飞象控股")).Score(candidate).Reasons);
        Assert.Equal(MatchReason.OtherKnownName, new CompanyMatcher(new("FLYING ELEPHANT HOLDINGS CO LTD")).Score(candidate).Reasons[0]);
    }

    [Fact]
    public void Namesakes_are_never_exact_unless_a_code_or_a_region_tells_them_apart()
    {
        MatchCandidate[] two = [new(Full) { CreditCode = Code, Province = "福建" }, new(Full) { CreditCode = OtherCode, Province = "广东" }];
        Assert.All(new CompanyMatcher(new(Full)).Rank(two, 5), r => Assert.Equal((MatchBand.Strong, true), (r.Score.Band, r.Score.Reasons.Contains(MatchReason.Namesakes))));
        Assert.Equal([(1, MatchBand.Exact), (0, MatchBand.Weak)], new CompanyMatcher(new(Full, OtherCode)).Rank(two, 5).Select(r => (r.Index, r.Score.Band)));
        Assert.Equal([(1, MatchBand.Exact), (0, MatchBand.Possible)], new CompanyMatcher(new(Full, Region: "广东")).Rank(two, 5).Select(r => (r.Index, r.Score.Band)));
    }

    [Fact]
    public void The_order_of_equals_is_that_of_the_candidates() =>
        Assert.Equal([0, 1, 2], new CompanyMatcher(new("蓝鲸湾")).Rank([new("蓝鲸湾网络"), new("蓝鲸湾商贸"), new("蓝鲸湾建筑")], 3).Select(r => r.Index));

    private static readonly Gen<string> Name =
        Gen.Frequency((6, Gen.Select(Gen.OneOf("", "杭州", "浙江省杭州市", "北京", "中国"), Gen.OneOf("蓝鲸湾", "飞象", "篮鲸湾", "云舟四海", "TCK", "58", "59"), Gen.OneOf("", "网络科技", "贸易", "餐饮管理"),
            Gen.OneOf("", "(上海)", "（杭州）"), Gen.OneOf("", "有限公司", "股份有限公司", "公司", "集团有限公司", "厂"), Gen.OneOf("", "", "第一分公司")).Select((r, b, t, br, f, s) => r + b + br + t + f + s)),
            (1, Gen.String), (1, Gen.Char['\u0000', '\uFFFF'].Array[0, 40].Select(c => new string(c))));

    [Fact]
    public void Two_names_are_as_near_from_either_side() =>
        Gen.Select(Name, Name).Sample((a, b) => Assert.Equal((Names(a, b).Score, string.Join(' ', Names(a, b).Reasons)), (Names(b, a).Score, string.Join(' ', Names(b, a).Reasons))), iter: 4000);

    [Fact]
    public void A_name_is_always_nearest_to_itself() =>
        Gen.Select(Name, Name).Sample((a, b) => Names(a, a).Score >= Names(a, b).Score, iter: 4000);

    [Fact]
    public void Any_row_and_candidate_give_a_score_from_0_to_100_with_a_reason_and_the_same_one_again() =>
        Gen.Select(Name, Gen.String.Null(), Gen.String.Null(), Name.Null(), Gen.String.Null()).Sample((name, code, region, other, person) =>
        {
            CompanyMatcher matcher = new(new(name, code, region, other, person));
            MatchCandidate candidate = new(other ?? "") { CreditCode = code, Province = region, City = person, Address = name, LegalRepresentative = code, OtherNames = [name] };
            var score = matcher.Score(candidate);
            Assert.InRange(score.Score, 0, 100);
            Assert.NotEmpty(score.Reasons);
            Assert.Equal(score.Reasons.Count, score.Reasons.Distinct().Count());
            Assert.Equal((score.Score, string.Join(' ', score.Reasons)), (matcher.Score(candidate).Score, string.Join(' ', matcher.Score(candidate).Reasons)));
        }, iter: 4000);
}
