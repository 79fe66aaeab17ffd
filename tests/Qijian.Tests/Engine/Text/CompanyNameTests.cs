using System.Diagnostics;
using CsCheck;
using Qijian.Engine.Text;

namespace Qijian.Tests.Engine.Text;

public sealed class CompanyNameTests(ITestOutputHelper output)
{
    private static readonly string[] Regions = ["", "北京", "深圳市", "浙江省", "杭州余杭", "广东省深圳市南山区", "义乌市", "中国", "内蒙古自治区", "重庆"];
    private static readonly string[] Brands = ["蓝鲸湾", "TCK", "飞象", "云舟四海", "墨羽"];
    private static readonly string[] Trades = ["网络科技", "建筑工程", "进出口贸易", "餐饮管理"];

    [Theory]
    [InlineData("深圳市飞象科技有限公司", "深圳市|飞象|科技|有限公司|")]
    [InlineData("蓝鲸湾（上海）网络科技有限公司", "(上海)|蓝鲸湾|网络科技|有限公司|")]
    [InlineData("飛象科技（深圳）有限公司", "(深圳)|飞象|科技|有限公司|")]
    [InlineData("墨羽贸易有限公司（天津）", "(天津)|墨羽|贸易|有限公司|")]
    [InlineData("南京晚枫实业公司物资分公司", "南京|晚枫||实业公司|物资分公司")]
    [InlineData("北京蓝鲸湾餐饮管理有限公司朝阳第一分店", "北京|蓝鲸湾|餐饮管理|有限公司|朝阳第一分店")]
    [InlineData("曲阜市小雪街道办事处南雪村金成养殖场", "曲阜市小雪街道办事处南雪村|金成||养殖场|")]
    [InlineData("东平县州城街道办事处支农农机专业合作社", "东平县州城街道办事处|支农|农机|专业合作社|")]
    [InlineData("杭州墨羽企业管理合伙企业（有限合伙）", "杭州|墨羽|企业管理|合伙企业(有限合伙)|")]
    [InlineData("北京云舟律师事务所上海分所", "北京|云舟||律师事务所|上海分所")]
    [InlineData("中国飞象银行股份有限公司深圳支行", "中国|飞象|银行|股份有限公司|深圳支行")]
    [InlineData("长安飞驰汽车股份有限公司", "|长安飞驰|汽车|股份有限公司|")]
    [InlineData("重庆长安汽车股份有限公司", "重庆|长安|汽车|股份有限公司|")]
    [InlineData("东方墨羽信息股份有限公司", "|东方墨羽|信息|股份有限公司|")]
    [InlineData("义乌市小桃百货店(个体工商户)", "义乌市|小桃|百货|店(个体工商户)|")]
    [InlineData("TCK科技集团股份有限公司", "|tck|科技|集团股份有限公司|")]
    [InlineData("Blue Whale Trading Co., Ltd.", "|blue whale trading ||co., ltd.|")]
    [InlineData("Cisko Inc", "|cisko ||inc|")]
    [InlineData("Acme Cisco", "|acme cisco|||")]
    [InlineData("有限公司", "|||有限公司|")]
    [InlineData("公司", "|||公司|")]
    [InlineData("", "||||")]
    [InlineData("😀", "|😀|||")]
    [InlineData("中国银行", "中国|||银行|")]
    [InlineData("上海市(上海)村(", "上海市|(上海)村|(||")]
    [InlineData("北京建材厂", "北京||建材|厂|")]
    public void A_name_has_parts(string name, string expected)
    {
        var parts = CompanyName.Parse(name);
        Assert.Equal(expected, string.Join('|', new[] { parts.Region, parts.Brand, parts.Trade, parts.LegalForm, parts.Branch }.Select(r => parts.Name[r])));
    }

    [Fact]
    public void Eight_hundred_invented_names_come_apart_as_they_were_put_together()
    {
        var wrong = 0;
        foreach (var region in Regions)
        {
            foreach (var brand in Brands)
            {
                foreach (var trade in Trades)
                {
                    foreach (var (form, code, branch) in new[] { ("有限公司", "limited", ""), ("有限责任公司", "limited", "第二分公司"), ("股份有限公司", "joint-stock", ""), ("中心(有限合伙)", "limited-partnership", "") })
                    {
                        var parts = CompanyName.Parse(region + brand + trade + form + branch);
                        var got = (parts.Name[parts.Region], parts.Name[parts.Brand], parts.Name[parts.Trade], parts.Form?.Code, parts.Name[parts.Branch]);
                        if (got == (region, Normalizer.Normalize(brand), trade, code, branch)) continue;
                        wrong++;
                        output.WriteLine($"{parts.Name}: {got}");
                    }
                }
            }
        }
        Assert.Equal(0, wrong);
    }

    [Theory]
    [InlineData("飞象有限责任公司", "飞象有限公司")]
    [InlineData("飞象股份有限公司", "飞象股份公司")]
    [InlineData("Acme Co., Ltd.", "Acme Limited")]
    public void Equivalent_legal_forms_have_one_code(string one, string other)
    {
        Assert.NotNull(CompanyName.Parse(one).Form);
        Assert.Equal(CompanyName.Parse(one).Form?.Code, CompanyName.Parse(other).Form?.Code);
    }

    [Fact]
    public void The_parts_of_any_text_cover_it_without_overlap()
    {
        var pieces = Gen.OneOf(Gen.OneOf("北京", "上海市", "(上海)", "(", ")", "公司", "有限公司", "分公司", "(普通合伙)", "科技", "长安", "朝阳区", "银行", "支行", "村", "ltd", " ", "厂", "飞象"), Gen.String[0, 6]);
        pieces.Array[0, 9].Sample(p =>
        {
            var parts = CompanyName.Parse(string.Concat(p));
            var at = 0;
            foreach (var range in new[] { parts.Region, parts.Brand, parts.Trade, parts.LegalForm, parts.Branch }.Where(r => r.Start.Value < r.End.Value).OrderBy(r => r.Start.Value))
            {
                Assert.Equal(at, range.Start.Value);
                at = range.End.Value;
            }
            Assert.Equal(parts.Name.Length, at);
        }, iter: 100_000);
    }

    [Theory]
    [InlineData("(")]
    [InlineData("公司(")]
    [InlineData("长")]
    [InlineData("科技")]
    [InlineData("公司厂")]
    public void A_million_characters_come_apart_in_linear_time(string piece)
    {
        var text = string.Concat(Enumerable.Repeat(piece, 1_000_000 / piece.Length)) + ")厂";
        Assert.Equal(text.Length, CompanyName.Parse(text).Name.Length);
    }

    [Fact]
    public void Real_names_have_brands_and_are_counted()
    {
        int all = 0, brands = 0, forms = 0, regions = 0, trades = 0, branches = 0;
        var names = RealData.Lines("cn-registry/names_dev_2952k.tsv.gz").Skip(1).Where((_, i) => i % 10 == 0).Select(l => l[..l.IndexOf('\t', StringComparison.Ordinal)]).ToArray();
        CompanyName.Parse("");
        var clock = Stopwatch.StartNew();
        List<string> sample = [];
        foreach (var name in names)
        {
            var parts = CompanyName.Parse(name);
            all++;
            if (!parts[parts.Brand].IsEmpty) brands++;
            else if (all % 20 == 0) sample.Add(name);
            if (parts.Form is not null) forms++;
            if (!parts[parts.Region].IsEmpty) regions++;
            if (!parts[parts.Trade].IsEmpty) trades++;
            if (!parts[parts.Branch].IsEmpty) branches++;
            if (all % 6000 == 0) output.WriteLine(string.Join('|', new[] { parts.Region, parts.Brand, parts.Trade, parts.LegalForm, parts.Branch }.Select(r => parts.Name[r])));
        }
        output.WriteLine($"{all / clock.Elapsed.TotalSeconds:N0} names/s; brand {100.0 * brands / all:F2} %, form {100.0 * forms / all:F2} %, region {100.0 * regions / all:F2} %, trade {100.0 * trades / all:F2} %, branch {100.0 * branches / all:F2} %");
        output.WriteLine("no brand: " + string.Join(' ', sample.Take(60)));
        Assert.True(brands > all / 2);
    }
}
