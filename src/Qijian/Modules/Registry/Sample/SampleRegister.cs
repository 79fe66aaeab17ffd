using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Unicode;

namespace Qijian.Modules.Registry;

/// <summary>
/// The fictional register that a demonstration shows: Qijian JSON Lines, the same bytes every time. Every body's name says 示例,
/// and every code stands in a region that GB/T 2260 does not allot, so that none can belong to a real body.
/// </summary>
internal static class SampleRegister
{
    /// <summary>The dataset that the sample is imported as.</summary>
    public const string DatasetName = "sample";

    private static readonly SampleJson Json = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.Create(UnicodeRanges.All),
    });

    /// <summary>Writes so many companies, one a line; the showcase comes first.</summary>
    public static void Write(Stream to, int companies = 4000)
    {
        using Utf8JsonWriter writer = new(to, new JsonWriterOptions { Encoder = Json.Options.Encoder });
        foreach (var company in new SampleWorld().Companies(companies))
        {
            JsonSerializer.Serialize(writer, company, Json.SampleCompany);
            writer.Flush();
            writer.Reset();
            to.WriteByte((byte)'\n');
        }
    }

    /// <summary>Bodies and persons of the sample that documentation and tests may rely on.</summary>
    public static class Showcase
    {
        /// <summary>Everything a record can hold: a person with 40 %, a company with 35 %, an unknown remainder, officers, former names, changes, a penalty, a branch, a subsidiary.</summary>
        public const string Company = "星海示例科技有限公司", CompanyCode = "91993201MA0000015N";

        /// <summary>Owns 35 % of <see cref="Company"/>.</summary>
        public const string Parent = "星海示例控股集团有限公司", ParentCode = "91993201MA0000023H";

        /// <summary>Wholly owned by <see cref="Company"/>; a bracketed place in its name.</summary>
        public const string Subsidiary = "星海示例（上海）网络科技有限公司", SubsidiaryCode = "91993101MA00000317";
        public const string Branch = "星海示例科技有限公司重庆分公司", BranchCode = "91995001MA000004XJ";

        /// <summary>Each owns a part of the other: the first 30 % of the second, the second 20 % of the first.</summary>
        public const string CrossOne = "澜川示例投资有限公司", CrossOneCode = "91993301MA00000589", CrossTwo = "澜川示例实业有限公司", CrossTwoCode = "91993301MA00000664";

        /// <summary>One owns 60 % of Two, Two 60 % of Three, Three 25 % of One.</summary>
        public const string CycleOne = "鹿鸣示例置业有限公司", CycleOneCode = "91994301MA0000074B", CycleTwo = "鹿鸣示例建设有限公司", CycleTwoCode = "91994301MA00000826",
            CycleThree = "鹿鸣示例商贸有限公司", CycleThreeCode = "91994301MA00000901";

        /// <summary>State investors that own parts of a great many companies.</summary>
        public const string Hub = "江淮示例国有资产经营有限公司", HubCode = "91993401MA0000103F", SecondHub = "岭南示例国有资本投资有限公司", SecondHubCode = "91994401MA0000111N";
        public const string Listed = "云鲸示例股份有限公司", ListedCode = "91994402MA000012XW", ListedStock = "990001.SZ";

        /// <summary>Its code fails its check character, which should be M.</summary>
        public const string WrongCheck = "枫桥示例贸易有限公司", WrongCheckCode = "91993502MA0000138N";

        /// <summary>The ends of a chain of six companies: 80, 75, 70, 90 and 66.6667 % from one to the next.</summary>
        public const string ChainTop = "松岭示例控股有限公司", ChainTopCode = "91994401MA00001469", ChainBottom = "松岭示例电力有限公司", ChainBottomCode = "91994401MA00001544";

        /// <summary>Its owners are known by ranges only.</summary>
        public const string Ranges = "汐禾示例生物科技有限公司", RangesCode = "91993201MA00001628";
        public const string Traditional = "龍騰示例國際貿易有限公司", TraditionalCode = "91994405MA0000170K";
        public const string Latin = "Nova示例智能科技有限公司", LatinCode = "91991101MA00001892";

        /// <summary>Polyphonic: chóngqìng shànshì, lù'ān zēngshì.</summary>
        public const string Chongqing = "重庆单氏示例餐饮管理有限公司", ChongqingCode = "91995001MA00001979", Luan = "六安曾氏示例茶业有限公司", LuanCode = "91993402MA000020X4";

        /// <summary>Unrelated, but a <see cref="Namesake"/> owns the larger part of either.</summary>
        public const string NamesakeOne = "泓远示例物流有限公司", NamesakeOneCode = "91993701MA00002185", NamesakeTwo = "榕里示例文化传媒有限公司", NamesakeTwoCode = "91996101MA00002266";
        public const string Deregistered = "梅里示例服饰有限公司", DeregisteredCode = "91993704MA00002346";

        /// <summary>An old body without a credit code.</summary>
        public const string NumberOnly = "晨禾示例食品厂", NumberOnlyNumber = "995102000000194";

        /// <summary>Two persons of one name.</summary>
        public const string Namesake = "陈晓禾";

        /// <summary>Owns most of <see cref="ChainTop"/>.</summary>
        public const string ChainOwner = "顾沐川";

        /// <summary>A name among the owners of dozens of companies.</summary>
        public const string Magnate = "单雨澄";
    }
}

/// <summary>One line of the sample. What is not written serves to make the rest.</summary>
internal sealed class SampleCompany
{
    public string? CreditCode { get; set; }
    public string? RegistrationNumber { get; set; }
    public required string Name { get; init; }
    public string? EnglishName { get; set; }
    public List<string>? ShortName { get; set; }
    public List<SampleFormerName>? PreviousNames { get; set; }
    public string? StockCode { get; set; }
    public string Status { get; set; } = "存续";
    public string? LegalForm { get; set; }
    public string? Industry { get; set; }
    public DateOnly? FoundedOn { get; set; }
    public DateOnly? ApprovedOn { get; set; }
    public DateOnly? OperatingFrom { get; set; }
    public DateOnly? OperatingTo { get; set; }
    public DateOnly? DeregisteredOn { get; set; }
    public DateOnly? RevokedOn { get; set; }
    public string? Capital { get; set; }
    public string? PaidCapital { get; set; }
    public string? Registrar { get; set; }
    public string? Province { get; set; }
    public string? City { get; set; }
    public string? District { get; set; }
    public string? Address { get; set; }
    public string? Scope { get; set; }
    public string? Website { get; set; }
    public string? LegalRepresentative { get; set; }
    public List<SampleOwner>? Owners { get; set; }
    public List<SampleOfficer>? Officers { get; set; }
    public SampleParent? Parent { get; set; }
    public List<SampleController>? Controllers { get; set; }
    public List<SampleChange>? Changes { get; set; }
    public List<SamplePenalty>? Penalties { get; set; }
    public List<SampleAbnormalListing>? AbnormalListings { get; set; }

    /// <summary>The founding day, told or not.</summary>
    [JsonIgnore] public DateOnly Born { get; set; }
    [JsonIgnore] public SamplePlace Place { get; init; } = null!;
    [JsonIgnore] public SampleActivity Activity { get; init; } = null!;

    /// <summary>Registered capital in units of ten thousand.</summary>
    [JsonIgnore] public decimal Amount { get; set; }
    [JsonIgnore] public string Currency { get; set; } = "人民币";

    /// <summary>The part that no owner holds yet, in parts per million.</summary>
    [JsonIgnore] public int Left { get; set; } = 1_000_000;

    /// <summary>The owners stand as they are: nothing is to be added at random.</summary>
    [JsonIgnore] public bool Settled { get; set; }
}

internal sealed record SampleFormerName(string Name, DateOnly? From, DateOnly? To);
internal sealed record SampleOwner(string Type, string? Name, string? CreditCode)
{
    public string? Percent { get; init; }
    public string? Minimum { get; init; }
    public string? Maximum { get; init; }
    public string? SharesValue { get; init; }
    public DateOnly? SubscribedAt { get; init; }
    public DateOnly? From { get; init; }
    public DateOnly? To { get; init; }
}

internal sealed record SampleOfficer(string Name, string Role, DateOnly? From = null, DateOnly? To = null);
internal sealed record SampleParent(string Name, string? CreditCode);
internal sealed record SampleController(string Type, string Name, string? CreditCode = null);
internal sealed record SampleChange(DateOnly Date, string Item, string Before, string After);
internal sealed record SamplePenalty(DateOnly Date, string Number, string Authority, string Reason, string Result, string? Amount, DateOnly? PublicUntil);
internal sealed record SampleAbnormalListing(DateOnly Date, string Reason, string Authority, DateOnly? RemovedOn);

[JsonSerializable(typeof(SampleCompany))]
internal sealed partial class SampleJson : JsonSerializerContext;
