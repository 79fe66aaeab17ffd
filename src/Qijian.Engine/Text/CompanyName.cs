using System.Runtime.InteropServices;
using Qijian.Engine.Identifiers;

namespace Qijian.Engine.Text;

/// <summary>A company's name in normal form and where its parts lie; the parts do not overlap and together cover the name.</summary>
/// <param name="Name">The name in normal form.</param>
/// <param name="Region">The administrative prefix (<c>深圳市</c>) or the bracket that holds one (<c>(上海)</c>).</param>
/// <param name="Brand">What tells this company from others; empty for names such as 中国银行 or 建材厂, which have none.</param>
/// <param name="Trade">What it does.</param>
/// <param name="LegalForm">The ending that tells its legal form.</param>
/// <param name="Branch">What follows the parent's name: <c>物资分公司</c>.</param>
/// <param name="Form">The legal form, where the ending is known.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct CompanyNameParts(string Name, Range Region, Range Brand, Range Trade, Range LegalForm, Range Branch, LegalForm? Form)
{
    /// <summary>Where the brand starts or, without one, what follows a region at the beginning.</summary>
    public int BrandStart => Brand.Start.Value;

    /// <summary>The text of a part.</summary>
    public ReadOnlySpan<char> this[Range part] => Name.AsSpan(part);
}

/// <summary>Takes a Chinese company's name apart: region, brand, trade, legal form, branch (企业名称登记管理规定, article 6).</summary>
public static class CompanyName
{
    // The first of these that leaves a branch's words behind it ends the parent's name.
    private static readonly string[] BranchEndings =
    [
        "分公司", "支公司", "子公司", "分店", "门店", "连锁店", "专卖店", "旗舰店", "营业部", "营业厅", "营业所", "支行", "分行", "分理处", "储蓄所", "办事处", "分厂", "门市部", "分部", "代表处",
        "项目部", "分社", "分所", "加油站", "加气站", "加能站", "服务站", "经营部", "经销部", "销售部", "批发部", "服务部", "分校", "分院", "分中心", "中心", "超市", "商场", "酒店", "宾馆", "药店", "大药房",
        "工厂", "厂", "店", "部", "处", "站", "所", "队", "室", "行", "社", "矿", "场", "点", "房", "馆",
    ];

    // Our own list, from reading names; the longest word at a place counts.
    private static readonly HashSet<string> Trades = [.. string.Join(' ',
        "科技 技术 高新技术 信息 信息技术 网络 网络科技 软件 电子 电子商务 电子科技 智能 智能科技 数字 数据 计算机 通信 通讯 互联网 物联网 云计算 半导体 集成电路 光电 光学 激光 自动化 机器人 仪器 仪表 仪器仪表 传感",
        "贸易 商贸 商务 商业 经贸 工贸 外贸 进出口 国际贸易 国际 实业 工业 产业 企业管理 企业 管理 咨询 管理咨询 信息咨询 服务 控股 投资 投资管理 资产 资产管理 资本 基金 股权投资 创业投资 金融 融资 租赁 融资租赁 担保 保险 证券 期货 信托 典当 拍卖 小额贷款 银行 支付 保理",
        "建筑 建设 工程 建筑工程 建设工程 装饰 装修 装饰工程 装潢 园林 绿化 景观 市政 路桥 公路 桥梁 水利 水电 电力 电气 能源 新能源 热力 燃气 天然气 石油 石化 化工 化学 材料 新材料 建材 建筑材料 钢铁 钢结构 钢材 金属 金属制品 铝业 铜业 有色金属 冶金 矿业 煤业 煤炭 焦化 水泥 混凝土 陶瓷 玻璃 石材 门窗 幕墙 防水 保温 涂料",
        "机械 机械设备 机电 机电设备 设备 制造 装备 重工 模具 五金 五金制品 电器 电机 电缆 电线 阀门 轴承 泵业 锅炉 汽车 汽车配件 汽配 汽车销售 汽车服务 汽车租赁 摩托车 电动车 自行车 船舶 航空 航天 航运 轨道 交通 运输 物流 货运 货物运输 仓储 快递 速递 供应链 国际物流 货代 客运 出租 停车",
        "食品 饮料 酒业 酒类 饮品 乳业 粮油 粮食 油脂 调味品 水产 水产品 海产 肉类 肉联 禽业 蛋业 果业 果品 蔬菜 茶业 茶叶 餐饮 餐饮管理 餐饮服务 农业 农业科技 农业发展 农牧 农产品 农资 农机 种业 种子 种植 养殖 畜牧 林业 花卉 苗木 饲料 化肥 肥业 生态 生态农业 环保 环境 环境科技 环卫 节能 再生资源 物资 物资回收",
        "医药 药业 制药 生物 生物科技 生物技术 医疗 医疗器械 器械 健康 健康管理 保健 保健品 中药 药材 药品 养老 护理 卫生 化妆品 美容 美发 美容美发 美业 日化 日用品 百货 服装 服饰 纺织 针织 印染 皮革 皮具 鞋业 箱包 家纺 布艺 家具 家居 木业 木制品 竹业 纸业 纸制品 造纸 包装 印刷 印务 塑料 塑胶 塑业 塑料制品 橡胶 玩具 工艺品 工艺 礼品 珠宝 首饰 黄金 钟表 眼镜 文具 办公用品 体育用品",
        "文化 文化传播 文化传媒 文化发展 文化艺术 传媒 传播 广告 广告传媒 影视 影业 动漫 游戏 音乐 娱乐 艺术 设计 创意 策划 会展 展览 演出 出版 图书 教育 教育科技 教育咨询 培训 体育 旅游 旅行 旅游开发 度假 酒店 酒店管理 宾馆 房地产 房地产开发 地产 置业 置地 物业 物业管理 物业服务 房产 开发 发展 房产经纪 中介 经纪 人力资源 劳务 劳务派遣 家政 家政服务 保洁 清洁 安保 保安 消防 检测 检验 认证 测绘 勘测 勘察 监理 招标 造价 知识产权 专利 代理 会计 财务 财税 税务 审计 评估 律师 法律",
        "超市 连锁 商业管理 商业连锁 药房 便利 烟酒 烟草 副食 副食品 土特产 小吃 火锅 烧烤 烘焙 蛋糕 面包 奶茶 咖啡 美食 快餐 宠物 母婴 童装 女装 男装 内衣 手机 数码 家电 灯饰 照明 灯具 厨具 卫浴 洁具 窗帘 地板 油漆 管业 管道 管材 线缆 开关 液压 气动 焊接 切割 铸造 锻造 热处理 电镀 喷涂 表面处理 紧固件 标准件 弹簧 齿轮 刀具 量具 工具 砂轮 磨具 砂石 砖业 石业 采石 加油 加气 充电 光伏 太阳能 风电 风力发电 发电 热电 供热 供水 供电 水务 污水处理 净水 水处理 空调 制冷 暖通 电梯 安装 维修 修理 汽车维修 改装 洗车 驾驶 驾校 培训学校 幼儿园 托育",
        "(集团) 集团 研发 研究 开发区 经营 销售 营销 批发 零售 加工 生产 制品 用品 产品 配件 器材 系统 系统集成 通讯设备 电子产品 科贸 实验 试验 专业 农民 农村 商业银行 村镇银行 信用 合作 供销 股权 创业 联合 综合 建材经营 农副产品 土石方 装卸 搬运 打捞 爆破 钻井 地质 测量 气象 环评 招商 产业园 园区 孵化器 众创空间 电影 剧院 歌舞 茶艺 书画 古玩 乐器 琴行 渔具 户外 健身 游泳 足浴 养生 按摩 推拿 理疗 口腔 眼科 中医 西医 妇产 整形 体检"
        ).Split(' ')];

    private const int LongestTrade = 6;
    private const int LongestRegion = 12;

    // Counties and cities whose bare names are good words first: they count as places with 市 or 县 only.
    private static readonly HashSet<string> NotPlacesAlone = [.. (
        "东方 长安 新华 和平 兴隆 平安 太和 太平 永安 长乐 新兴 宝丰 天长 大安 永兴 永丰 永和 永泰 永福 安福 嘉禾 广丰 祥云 金湖 乐安 乐业 民乐 民丰 丰都 大同 大方 平和 新和 新安 新民 新乐 新源 新丰 建设 文成 文安 文山 友谊 南和 "
        + "安康 安国 安平 安丘 安达 安泽 保德 长丰 长城 崇信 大化 大名 德化 德兴 德安 德昌 德保 德清 定安 东光 东明 方正 福安 福清 富民 富源 高明 光山 光泽 广德 广安 广宁 海安 海丰 海晏 和顺 和龙 和静 华安 华宁 吉安 集安 集美 嘉善 嘉祥 "
        + "建昌 金山 金川 金塔 金沙 金城 金阳 金平 景泰 兰考 乐至 利辛 临海 灵宝 隆安 隆德 隆昌 鹿泉 明光 明水 宁安 平顺 普安 普格 庆安 仁和 仁化 仁寿 如意 瑞安 瑞丽 瑞金 若水 三都 三江 三河 三原 上高 寿光 顺平 泰和 泰来 泰兴 泰安 泰宁 "
        + "天峨 天祝 天全 通海 同德 同心 万年 万荣 万载 旺苍 温泉 武强 信丰 兴安 兴国 兴海 兴和 兴化 兴业 兴义 兴仁 阳光 宜春 宜君 义县 英德 永德 永登 永年 永清 永顺 永新 永吉 永康 永昌 永胜 永善 永寿 永仁 永靖 玉龙 元宝 元氏 元阳 正安 正宁 正阳 中方 中宁 中山 中阳 忠县 紫金 紫云 枣强 昭平 镇安 志丹 富顺 富锦 富裕 凤凰 "
        + "九江 五大连池 白云 白河 宝清 宝山 龙门 龙山 龙泉 海伦 海盐 双江 双柏 石林 星子 云龙 云安 华容 华亭 清水 清流 江山 江源 江口 江城 黄山 衡山 赤城 赤壁 丹凤 凤山 鹤峰 铁力 天柱 天台 玉山 玉田 君山 剑河 大理 牡丹 海口 河口 湖口 山阳 西安区 西城 东城").Split(' ')];

    /// <summary>Finds the parts of any text. O(n), never throws for a text that is not null; whatever is not understood is brand.</summary>
    public static CompanyNameParts Parse(string name)
    {
        var text = Normalizer.Normalize(name);
        var s = text.AsSpan();
        var head = BranchStart(s);
        var form = Text.LegalForm.AtEnd(s[..head], out var formStart);
        Range region, inBrackets = default;
        var middle = RegionAtStart(s[..formStart], out var lastBare);
        Range trailing = head..head, branch = head..s.Length;

        // The bracket that holds a region: in the middle (拼多多(上海)网络有限公司) or after the form (某某有限公司(上海)).
        if (middle == 0 && RegionBracket(s[..formStart]) is { } within) inBrackets = within;
        if (form is null && s.EndsWith(")") && s.LastIndexOf('(') is > 0 and var open && open >= middle
            && RegionBracket(s[(open - 1)..]) is { } last && open - 1 + last.End.Value == s.Length)
        {
            form = Text.LegalForm.AtEnd(s[..open], out formStart);
            formStart = Math.Max(formStart, middle);
            inBrackets = default;
            head = open;
            // Behind a name that has its region already it is that of a branch.
            if (middle == 0) (trailing, branch) = (open..s.Length, s.Length..s.Length);
            else branch = open..s.Length;
        }

        Range brand, trade;
        if (!inBrackets.Equals(default))
        {
            region = inBrackets;
            var split = inBrackets.Start.Value;
            if (inBrackets.End.Value < formStart)
            {
                (brand, trade) = (0..split, inBrackets.End.Value..formStart);
            }
            else
            {
                split = TradeStart(s, 0, inBrackets.Start.Value);
                (brand, trade) = (0..split, split..inBrackets.Start.Value);
            }
        }
        else
        {
            var split = TradeStart(s, middle, formStart);
            // 长安汽车, 重庆长安汽车: what looked like a place is the brand where nothing else is left for one.
            if (split == middle && lastBare >= 0) (middle, split) = (lastBare, middle);
            region = trailing.Start.Value < trailing.End.Value ? trailing : 0..middle;
            (brand, trade) = (middle..split, split..formStart);
        }
        return new(text, region, brand, trade, formStart..head, branch, form);
    }

    /// <summary>Where the words of a branch begin, or the length of the name where it is none.</summary>
    private static int BranchStart(ReadOnlySpan<char> s)
    {
        if (EndsAsBranch(s))
        {
            for (var from = 0; s[from..].IndexOf("公司") is >= 0 and var at; from += at + 2)
            {
                var end = from + at + 2;
                var rest = s[end..];
                // 某某公司(普通合伙) and 某某公司(上海) are no branches.
                var bracket = rest is ['(', .., ')'] && rest.IndexOf(')') == rest.Length - 1;
                if (rest.Length > 0 && end > 2 && s[end - 3] is not ('分' or '支') && !bracket) return end;
                if (bracket) break;
            }
        }
        // 某某银行深圳支行, 某某事务所上海分所
        if (s.Length > 4 && (s.EndsWith("支行") || s.EndsWith("分行") || s.EndsWith("分理处") || s.EndsWith("营业部")) && s.IndexOf("银行") is > 0 and var bank && bank + 2 < s.Length - 1) return bank + 2;
        if (s.EndsWith("分所") && s.IndexOf("事务所") is > 0 and var office && office + 3 < s.Length) return office + 3;
        return s.Length;
    }

    private static bool EndsAsBranch(ReadOnlySpan<char> s)
    {
        foreach (var ending in BranchEndings)
        {
            if (s.EndsWith(ending)) return true;
        }
        return false;
    }

    /// <summary>The length of the region at the beginning, and where its last name starts if that one lacks its 市 or 县 (else −1).</summary>
    private static int RegionAtStart(ReadOnlySpan<char> s, out int lastBare)
    {
        var at = 0;
        var certain = false;
        lastBare = -1;
        for (var level = 0; level < 4; level++)
        {
            var length = 0;
            var sure = false;
            for (var n = Math.Min(LongestRegion, s.Length - at); n >= 2 && length == 0; n--)
            {
                var piece = s.Slice(at, n);
                if (Places.Full.Contains(piece)) (length, sure) = (n, true);
                // Districts lose their 区 only behind a city; other bare names must not be plain words at the beginning.
                else if (level == 0 ? Places.Bare.Contains(piece) : Places.BareInside.Contains(piece) && !StartsTrade(s, at)) length = n;
            }
            if (length == 0) break;
            lastBare = sure ? -1 : at;
            at += length;
            certain |= sure || level > 0;
        }
        if (certain && at > 0)
        {
            for (var round = 0; round < 3; round++)
            {
                var length = LocalityAt(s[at..]);
                if (length == 0) break;
                at += length;
                lastBare = -1;
            }
        }
        return at;
    }

    /// <summary>小雪街道办事处, 南雪村, 高新技术开发区: the length of a locality of two characters and more and its kind.</summary>
    private static int LocalityAt(ReadOnlySpan<char> s)
    {
        foreach (var zone in (ReadOnlySpan<string>)["经济技术开发区", "高新技术产业开发区", "高新技术开发区", "经济开发区", "工业园区", "高新区", "开发区", "新区", "矿区", "林区"])
        {
            if (s.StartsWith(zone)) return zone.Length;
        }
        for (var n = 2; n <= 5 && n < s.Length; n++)
        {
            if (s[n - 1] is '(' or ')') return 0;
            var rest = s[n..];
            if (rest.StartsWith("街道办事处")) return n + 5;
            if (rest.StartsWith("街道")) return n + 2;
            if (rest.StartsWith("镇") || rest.StartsWith("乡") || (rest.StartsWith("村") && !rest.StartsWith("村镇"))) return n + 1;
        }
        return 0;
    }

    private static Range? RegionBracket(ReadOnlySpan<char> s)
    {
        for (var from = 0; s[from..].IndexOf('(') is >= 0 and var at; from += at + 1)
        {
            var open = from + at;
            var length = s.Slice(open, Math.Min(LongestRegion + 2, s.Length - open)).IndexOf(')');
            if (open > 0 && length > 2 && Places.InBrackets.Contains(s.Slice(open + 1, length - 1))) return open..(open + length + 1);
        }
        return null;
    }

    /// <summary>Where the trade begins between a region and a legal form: after a brand of two characters or more, or at once where all is trade.</summary>
    private static int TradeStart(ReadOnlySpan<char> s, int start, int end)
    {
        if (IsAllTrade(s[start..end])) return start;
        var hanzi = false;
        for (var at = start; at < end; at++)
        {
            var c = s[at];
            // A word in Latin letters is not cut.
            if (at >= start + 2 || (at > start && !hanzi))
            {
                if (c == '(' && at > start) return at;
                if (!char.IsAscii(c) && StartsTrade(s[..end], at) && Rest(s, at, end)) return at;
            }
            hanzi |= !char.IsAscii(c);
        }
        return end;

        // 金科技术: a word of trade that leaves a single character behind it was none (科技 + 术).
        static bool Rest(ReadOnlySpan<char> s, int at, int end) => end - at - TradeLength(s[..end], at) != 1;
    }

    private static bool StartsTrade(ReadOnlySpan<char> s, int at) => TradeLength(s, at) > 0;

    private static int TradeLength(ReadOnlySpan<char> s, int at)
    {
        for (var n = Math.Min(LongestTrade, s.Length - at); n >= 2; n--)
        {
            if (Places.TradeWords.Contains(s.Slice(at, n))) return n;
        }
        return 0;
    }

    private static bool IsAllTrade(ReadOnlySpan<char> s)
    {
        var at = 0;
        while (at < s.Length && TradeLength(s, at) is > 0 and var length) at += length;
        return at == s.Length;
    }

    private static class Places
    {
        // Longer suffixes first: 自治州 before 州.
        private static readonly string[] Suffixes =
            ["特别行政区", "维吾尔自治区", "壮族自治区", "回族自治区", "自治区", "蒙古族自治县", "土家族苗族自治县", "自治县", "自治州", "自治旗", "地区", "林区", "特区", "新区", "省", "市", "区", "县", "旗", "盟"];

        private static readonly HashSet<string> FullNames = [.. Regions.All.Select(r => r.Name), .. Provinces.All.Select(p => p.ShortName), "中国", "中华", "全国"];
        private static readonly HashSet<string> BareNames = [.. Regions.All.Where(r => !r.Name.EndsWith('区')).Select(r => Stem(r.Name)).Where(n => n.Length > 1 && !NotPlacesAlone.Contains(n))];
        private static readonly HashSet<string> AllBareNames = [.. Regions.All.Select(r => Stem(r.Name)).Where(n => n.Length > 1)];
        private static readonly HashSet<string> Bracketed = [.. FullNames, .. AllBareNames, "亚太", "亚洲", "华东", "华南", "华北", "华中", "西南", "西北", "东北", "大中华", "国际", "横琴", "前海", "自贸区"];

        public static readonly HashSet<string>.AlternateLookup<ReadOnlySpan<char>> Full = FullNames.GetAlternateLookup<ReadOnlySpan<char>>();
        public static readonly HashSet<string>.AlternateLookup<ReadOnlySpan<char>> Bare = BareNames.GetAlternateLookup<ReadOnlySpan<char>>();
        public static readonly HashSet<string>.AlternateLookup<ReadOnlySpan<char>> BareInside = AllBareNames.GetAlternateLookup<ReadOnlySpan<char>>();
        public static readonly HashSet<string>.AlternateLookup<ReadOnlySpan<char>> InBrackets = Bracketed.GetAlternateLookup<ReadOnlySpan<char>>();
        public static readonly HashSet<string>.AlternateLookup<ReadOnlySpan<char>> TradeWords = Trades.GetAlternateLookup<ReadOnlySpan<char>>();

        private static string Stem(string name)
        {
            foreach (var suffix in Suffixes)
            {
                if (name.Length > suffix.Length + 1 && name.EndsWith(suffix, StringComparison.Ordinal)) return name[..^suffix.Length];
            }
            return name;
        }
    }
}
