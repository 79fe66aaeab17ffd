namespace Qijian.Engine.Text;

/// <summary>A legal form of an organisation and the endings of a name that mean it, declared once as data.</summary>
/// <param name="Code">Our canonical code; equal for equivalent endings (有限责任公司 and 有限公司).</param>
/// <param name="Name">The full Chinese name.</param>
/// <param name="EnglishName">The usual English name.</param>
/// <param name="Endings">The endings in normal form.</param>
public sealed record LegalForm(string Code, string Name, string EnglishName, IReadOnlyList<string> Endings)
{
    /// <summary>All forms. An ending in brackets may follow another ending: 合伙企业(有限合伙).</summary>
    public static IReadOnlyList<LegalForm> All { get; } =
    [
        Of("joint-stock", "股份有限公司", "joint-stock company", "股份有限公司|股份责任有限公司|股份公司|控股股份有限公司|(集团)股份有限公司|集团股份有限公司|(股份有限公司)"),
        Of("limited", "有限责任公司", "limited liability company",
            "有限责任公司|有限公司|责任有限公司|有限责任总公司|集团有限责任公司|集团有限公司|(集团)有限公司|(集团)有限责任公司|(有限公司)|有限责任公司(自然人独资)|有限公司(自然人独资)"),
        Of("joint-stock-cooperative", "股份合作公司", "joint-stock cooperative", "股份合作公司|股份合作制企业|股份合作企业|股份合作社|股份经济合作社|经济合作社|经济联合社"),
        Of("group", "集团公司", "group company", "集团公司|集团总公司|集团|企业集团"),
        Of("company", "公司", "company", "总公司|公司|联合公司|实业公司"),
        Of("cooperative", "农民专业合作社", "farmers' cooperative", "农民专业合作社联合社|农民专业合作社|专业合作社联合社|专业合作社|农民合作社|联合社|合作社|合作联社|信用合作联社|农村信用合作社|供销合作社|供销社|信用社"),
        Of("limited-partnership", "有限合伙企业", "limited partnership", "合伙企业(有限合伙)|(有限合伙)|(有限合伙企业)|有限合伙企业|有限合伙"),
        Of("partnership", "普通合伙企业", "general partnership", "合伙企业(普通合伙)|(普通合伙)|普通合伙企业|普通合伙|合伙企业|(特殊普通合伙)|(特殊的普通合伙)|(合伙)|(合伙企业)"),
        Of("sole-proprietorship", "个人独资企业", "sole proprietorship", "(个人独资)|(个人独资企业)|个人独资企业|独资企业|(独资)"),
        Of("individual", "个体工商户", "individual business", "(个体工商户)|个体工商户|(个体经营)|(个体)|个体户"),
        Of("office", "事务所", "professional office", "事务所|联合事务所|律师事务所|会计师事务所|工作室|设计室|研究室|诊室"),
        Of("institute", "研究院", "institute", "研究院|研究所|设计院|设计研究院|科学院|勘察院|规划院|工程院|画院|剧院|影院|书院|学院|研究会|检测站"),
        Of("centre", "中心", "centre", "中心|服务中心|营销中心|经营中心|活动中心|交易中心"),
        Of("factory", "厂", "factory", "厂|总厂|工厂|加工厂|制造厂|分厂|作坊|坊|厂房"),
        Of("shop", "店", "shop", "店|商店|门店|专卖店|专营店|经营店|总店|商行|商场|商厦|商城|商社|超市|超级市场|便利店|市场|批发部|经营部|经销部|销售部|服务部|门市部|门市|营业部|经营处|经销处|供应站|销售站|服务站|加油站|加气站|维修站|收购站|回收站|站|部|行|馆|城|堂|铺|商铺|门诊部|供应处|采购站|经销站|超市连锁店"),
        Of("farm", "农场", "farm", "家庭农场|农场|养殖场|林场|牧场|茶场|渔场|果园|苗圃|种植园|种植场|猪场|鸡场|砖场|石场|采石场|沙场|砂场|场|基地|庄园|山庄|农庄|园|圃"),
        Of("mine", "矿", "mine", "煤矿|铁矿|金矿|石矿|矿山|矿业|矿"),
        Of("hotel", "酒店", "hotel or restaurant", "大酒店|酒店|宾馆|饭店|旅馆|旅社|招待所|酒楼|餐厅|饭庄|饭馆|茶楼|茶馆|会所|客栈|公寓|网吧|歌厅|娱乐城|浴池|浴室|食府|酒家|食堂"),
        Of("bank", "银行", "bank", "银行"),
        Of("school", "学校", "school", "学校|大学|中学|小学|幼儿园|培训学校|驾校"),
        Of("hospital", "医院", "medical institution", "医院|卫生院|卫生室|诊所|药房|大药房|药店"),
        Of("association", "协会", "association", "协会|学会|商会|联合会|促进会|基金会|工会|委员会|理事会|俱乐部"),
        Of("press", "社", "press or agency", "出版社|杂志社|报社|旅行社|通讯社|旅游社|社|厅|处|局"),
        Of("enterprise", "企业", "enterprise", "企业|联营企业|实业|工程队|施工队|建筑队|车队|大队|总队|队|组|经营户|合营企业|代办点|点"),
        Of("foreign-limited", "Co., Ltd.", "limited company", "co., ltd.|co.,ltd.|co., ltd|co.,ltd|co ltd|co. ltd.|co. ltd|company limited|limited|ltd.|ltd|pte. ltd.|pte ltd|pvt. ltd.|pty ltd|gmbh|b.v.|bv|s.r.l.|kk|k.k."),
        Of("foreign-corporation", "Inc.", "corporation", "inc.|inc|incorporated|corp.|corp|corporation|plc|ag|s.a.|sa|nv|n.v.|s.p.a.|se|ab|oy|a/s"),
        Of("foreign-llc", "LLC", "limited liability company", "llc|l.l.c.|llp|lp|l.p.|company|co.|holdings|group"),
    ];

    private const int Longest = 16;

    private static readonly Dictionary<string, LegalForm>.AlternateLookup<ReadOnlySpan<char>> ByEnding =
        All.SelectMany(f => f.Endings.Select(e => (e, f))).ToDictionary(p => p.e, p => p.f, StringComparer.Ordinal).GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>The form that a name in normal form ends with, and where that ending starts; null where it ends with none. O(1): the last 16 characters, at most thrice.</summary>
    public static LegalForm? AtEnd(ReadOnlySpan<char> name, out int start)
    {
        start = name.Length;
        LegalForm? form = null;
        // (普通合伙), (个体工商户) and the like stand after the form that the name would have without them, and decide.
        for (var round = 0; round < 2; round++)
        {
            if (Match(name[..start], out var at) is not { } found) break;
            start = at;
            form ??= found;
            if (name[at] != '(') break;
        }
        return form;
    }

    /// <summary>The form with this code, or null.</summary>
    public static LegalForm? Find(string code) => All.FirstOrDefault(f => string.Equals(f.Code, code, StringComparison.Ordinal));

    private static LegalForm? Match(ReadOnlySpan<char> name, out int start)
    {
        for (var length = Math.Min(Longest, name.Length); length > 0; length--)
        {
            start = name.Length - length;
            // A Latin ending is a word: the co of "cisco" is none.
            if (start > 0 && char.IsAsciiLetter(name[start]) && char.IsLetterOrDigit(name[start - 1])) continue;
            if (ByEnding.TryGetValue(name[start..], out var form)) return form;
        }
        start = name.Length;
        return null;
    }

    private static LegalForm Of(string code, string name, string english, string endings) => new(code, name, english, endings.Split('|'));
}
