using System.Globalization;
using Qijian.Engine.Identifiers;

namespace Qijian.Modules.Registry;

/// <summary>A city in which sample companies are registered, under region digits that GB/T 2260 does not allot.</summary>
internal sealed record SamplePlace(Province Province, string City, string Region);

/// <summary>A line of business: its division of GB/T 4754-2017, the words for it in names, in English, and the scopes filed.</summary>
internal sealed record SampleActivity(string Division, string[] Words, string English, string Scope);

/// <summary>The words that names, places and businesses of the sample are put together from.</summary>
internal static class SampleWords
{
    /// <summary>Brands are one of the first and one of the second; each character with its reading, for English names.</summary>
    public static readonly (string Hanzi, string Pinyin)[]
        First = Read("星Xing 岚Lan 澜Lan 汐Xi 沐Mu 澄Cheng 桐Tong 榕Rong 枫Feng 霁Ji 昕Xin 旭Xu 泓Hong 淼Miao 琼Qiong 瑾Jin 璟Jing 砚Yan 松Song 柏Bai 鹭Lu 鹿Lu 岭Ling 溪Xi 舟Zhou 帆Fan 桥Qiao 禾He 麦Mai 谷Gu 稻Dao 茶Cha 竹Zhu 梅Mei 棠Tang 莲Lian 云Yun 晴Qing 朗Lang 碧Bi"),
        Second = Read("海hai 川chuan 原yuan 野ye 途tu 程cheng 堂tang 苑yuan 里li 港gang 湾wan 洲zhou 田tian 林lin 峰feng 石shi 泉quan 月yue 光guang 声sheng 语yu 行xing 远yuan 越yue 拓tuo 博bo 雅ya 和he 正zheng 安an 宁ning 信xin 达da 利li 丰feng 茂mao 盛sheng 瑞rui 祥xiang 鼎ding"),
        Traditional = Read("龍騰Longteng 鴻圖Hongtu 華豐Huafeng 億達Yida 寶瑞Baorui 聯興Lianxing 東昇Dongsheng"),
        Polyphonic = Read("曾氏Zengshi 单氏Shanshi 解氏Xieshi 仇氏Qiushi 查氏Zhashi 乐氏Yueshi 长行Changhang 重楼Chonglou");

    public static readonly string[]
        Latin = ["Nova", "e方", "K9", "U途", "ABC", "Lumo", "X星", "O2", "Blue"],
        TraditionalWords = ["貿易", "國際貿易", "實業", "電子", "紡織"],
        Surnames = Characters("王李张刘陈杨黄赵周吴徐孙朱马胡郭林何高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董潘袁蔡蒋余于杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆范汪廖石金韦贾夏付方邹熊白孟秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱覃武戴严莫孔向汤单解仇查区盖缪朴乐").Append("欧阳").Append("尉迟").Append("上官").Append("诸葛").ToArray(),
        GivenFirst = Characters("文雨晓子思嘉若亦宇浩明志建国秀玉丽雪春海天云安沐之梓一小永俊"),
        GivenSecond = Characters("澄禾川宁舟远岚桐航轩琪萱怡然峰涛磊杰强军华芳敏静霞兰燕平红梅勇辉鹏飞博"),
        Offices = ["董事", "总经理", "财务负责人", "董事会秘书", "副总经理"],
        PenaltyReasons = ["未按规定公示年度报告", "发布虚假广告", "未明码标价", "产品标签不符合规定", "未按规定缴存保证金", "擅自改变经营场所"],
        AbnormalReasons = ["未依照规定期限公示年度报告", "通过登记的住所或者经营场所无法联系", "公示企业信息隐瞒真实情况、弄虚作假"];

    /// <summary>Cities, each province as often as companies are spread.</summary>
    public static readonly SamplePlace[] Places =
    [
        .. Cities("11", 6, "北京"), .. Cities("12", 2, "天津"), .. Cities("13", 4, "石家庄 唐山 保定"), .. Cities("14", 2, "太原 大同"), .. Cities("15", 1, "呼和浩特 包头"),
        .. Cities("21", 3, "沈阳 大连"), .. Cities("22", 1, "长春 吉林"), .. Cities("23", 2, "哈尔滨 大庆"), .. Cities("31", 7, "上海"), .. Cities("32", 10, "南京 苏州 无锡 常州"),
        .. Cities("33", 9, "杭州 宁波 温州 台州 丽水"), .. Cities("34", 4, "合肥 六安 蚌埠 亳州"), .. Cities("35", 4, "福州 厦门 泉州"), .. Cities("36", 2, "南昌 赣州"), .. Cities("37", 9, "济南 青岛 烟台 潍坊"),
        .. Cities("41", 5, "郑州 洛阳"), .. Cities("42", 4, "武汉 宜昌"), .. Cities("43", 4, "长沙 株洲"), .. Cities("44", 15, "广州 深圳 东莞 佛山 珠海"), .. Cities("45", 2, "南宁 百色"),
        .. Cities("46", 1, "海口 三亚"), .. Cities("50", 3, "重庆"), .. Cities("51", 5, "成都 乐山 绵阳"), .. Cities("52", 1, "贵阳 遵义"), .. Cities("53", 2, "昆明 大理"),
        .. Cities("54", 1, "拉萨"), .. Cities("61", 3, "西安 咸阳"), .. Cities("62", 1, "兰州 天水"), .. Cities("63", 1, "西宁"), .. Cities("64", 1, "银川"), .. Cities("65", 1, "乌鲁木齐 克拉玛依"),
    ];

    /// <summary>Lines of business, each as often as it is met.</summary>
    public static readonly SampleActivity[] Activities =
    [
        .. Activity(9, "F51 批发业", "商贸 贸易 进出口", "Trading", "日用百货销售；建筑材料销售；货物进出口"),
        .. Activity(6, "F52 零售业", "百货 电子商务 医药连锁", "Retail", "食品销售；互联网销售；日用品零售"),
        .. Activity(7, "I65 软件和信息技术服务业", "软件 信息技术 网络科技 智能科技 科技", "Technology", "软件开发；信息系统集成服务；数据处理和存储支持服务"),
        .. Activity(7, "M75 科技推广和应用服务业", "科技 新材料科技 生物科技", "Science and Technology", "技术服务、技术开发、技术咨询、技术转让；新材料技术推广服务"),
        .. Activity(7, "L72 商务服务业", "企业管理 咨询 供应链管理 人力资源", "Business Services", "企业管理咨询；会议及展览服务；市场调查"),
        .. Activity(4, "E50 建筑装饰、装修和其他建筑业", "装饰工程 建筑工程 幕墙", "Decoration Engineering", "住宅室内装饰装修；建设工程施工"),
        .. Activity(3, "E48 土木工程建筑业", "建设 市政工程 路桥", "Construction", "各类工程建设活动；土石方工程施工"),
        .. Activity(3, "K70 房地产业", "置业 物业管理 房地产开发", "Real Estate", "房地产开发经营；物业管理；非居住房地产租赁"),
        .. Activity(3, "C34 通用设备制造业", "机械 重工 阀门", "Machinery", "通用设备制造；机械零件、零部件加工"),
        .. Activity(3, "C38 电气机械和器材制造业", "电气 新能源 电缆", "Electric", "输配电及控制设备制造；电池制造；电线、电缆经营"),
        .. Activity(2, "C39 计算机、通信和其他电子设备制造业", "电子 半导体 通信", "Electronics", "电子元器件制造；集成电路设计；通信设备制造"),
        .. Activity(2, "C26 化学原料和化学制品制造业", "化工 涂料 新材料", "Chemicals", "合成材料制造；涂料制造（不含危险化学品）"),
        .. Activity(2, "C27 医药制造业", "制药 药业 生物医药", "Pharmaceutical", "药品生产；医学研究和试验发展"),
        .. Activity(2, "C14 食品制造业", "食品 乳业 调味品", "Foods", "食品生产；食品添加剂销售"),
        .. Activity(2, "C17 纺织业", "纺织 印染 针织", "Textile", "面料纺织加工；针纺织品销售"),
        .. Activity(3, "G54 道路运输业", "物流 货运 客运", "Logistics", "道路货物运输；国内货物运输代理；装卸搬运"),
        .. Activity(3, "H62 餐饮业", "餐饮 餐饮管理 酒楼", "Catering", "餐饮服务；餐饮管理；外卖递送服务"),
        .. Activity(2, "A01 农业", "农业 茶业 种业", "Agriculture", "蔬菜种植；茶叶种植；农产品初加工"),
        .. Activity(2, "R87 广播、电视、电影和影视录音制作业", "影视 文化传媒 录音制作", "Media", "广播电视节目制作经营；电影发行；组织文化艺术交流活动"),
        .. Activity(2, "P83 教育", "教育 教育咨询 职业培训", "Education", "教育咨询服务；职业技能培训"),
        .. Activity(1, "Q84 卫生", "医疗 口腔门诊 健康管理", "Medical", "医疗服务；健康咨询服务"),
        .. Activity(1, "N77 生态保护和环境治理业", "环保 环境工程 水处理", "Environment", "水污染治理；固体废物治理；环境保护监测"),
        .. Activity(1, "D44 电力、热力生产和供应业", "电力 热力 光伏发电", "Power", "发电业务；供电业务；热力生产和供应"),
        .. Activity(1, "J67 资本市场服务", "股权投资 创业投资 资产管理", "Capital", "以自有资金从事投资活动；创业投资；资产管理服务"),
    ];

    /// <summary>What the heads of groups do.</summary>
    public static readonly SampleActivity Holding = Activity(1, "L72 商务服务业", "控股集团 集团 投资控股", "Holdings", "控股公司服务；企业总部管理；以自有资金从事投资活动")[0];

    /// <summary>Registered capital in units of ten thousand: the ends are rare, the middle common, as sums of dice are.</summary>
    public static readonly int[] Capitals = [1, 3, 5, 10, 20, 30, 50, 100, 100, 200, 300, 500, 500, 1000, 1000, 2000, 3000, 5000, 10000, 20000, 50000, 100000, 200000];

    /// <summary>The place of this city.</summary>
    public static SamplePlace In(string city) => Array.Find(Places, p => string.Equals(p.City, city, StringComparison.Ordinal))!;

    /// <summary>The line of business of this division.</summary>
    public static SampleActivity Of(string division) => Array.Find(Activities, a => a.Division.StartsWith(division, StringComparison.Ordinal))!;

    private static SamplePlace[] Cities(string province, int weight, string cities)
    {
        var places = cities.Split(' ').Select((city, i) => new SamplePlace(Provinces.Find(province)!, city, string.Create(CultureInfo.InvariantCulture, $"99{province}{i + 1:00}"))).ToArray();
        return [.. Enumerable.Range(0, weight * 4).Select(i => places[i % places.Length])];
    }

    private static SampleActivity[] Activity(int weight, string division, string words, string english, string scope) =>
        [.. Enumerable.Repeat(new SampleActivity(division, words.Split(' '), english, scope), weight)];

    private static (string, string)[] Read(string words) =>
        [.. words.Split(' ').Select(w => w.AsSpan().IndexOfAnyInRange('A', 'z') is var at ? (w[..at], w[at..]) : default)];

    private static string[] Characters(string text) => [.. text.Select(c => c.ToString())];
}
