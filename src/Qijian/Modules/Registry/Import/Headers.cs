using System.Collections.Frozen;
using System.Globalization;
using Qijian.Engine.Identifiers;
using Qijian.Engine.Text;

namespace Qijian.Modules.Registry;

/// <summary>What a column holds: how its text becomes statements of the draft.</summary>
/// <param name="Repeats">Whether a table may have several columns of it.</param>
internal sealed record Column(string Name, Action<Draft, string> Read, bool Repeats = false);

/// <summary>
/// The column names that are recognised, Chinese and English, of registers and of data suppliers' interfaces; case, spaces,
/// underscores and hyphens do not count. docs/importing.md lists them (a test holds the two together).
/// </summary>
internal static class Headers
{
    /// <summary>Every column we know, with the headers it goes by; the first English one is the name that a mapping file uses.</summary>
    public static readonly IReadOnlyList<(Column Column, string[] Headers)> All =
    [
        (new("name", (d, v) => d.AddName(v)), ["name", "companyName", "entName", "企业名称", "公司名称", "公司全称", "名称", "单位名称"]),
        (new("previousNames", (d, v) => Many(d, v, Vocabulary.PreviousName)), ["previousNames", "previousName", "formerNames", "formerName", "historyNameList", "oriEntName", "曾用名", "历史名称"]),
        (new("englishName", (d, v) => d.Add(new(Vocabulary.EnglishName, v) { Lang = "eng" })), ["englishName", "entNameEng", "property3", "英文名称", "英文名"]),
        (new("shortName", (d, v) => Many(d, v, Vocabulary.ShortName)), ["shortName", "alias", "简称", "企业简称", "股票名称", "股票简称"]),
        (new("creditCode", (d, v) => d.AddCode(v)), ["creditCode", "uscc", "uscCode", "unifiedSocialCreditCode", "统一社会信用代码", "社会信用代码", "信用代码"]),
        (new("registrationNumber", (d, v) => d.AddRegistrationNumber(v)), ["registrationNumber", "regNumber", "regNo", "注册号", "工商注册号"]),
        (Value("organizationCode", Vocabulary.OrganizationCode), ["organizationCode", "orgNumber", "orgCode", "组织机构代码"]),
        (Value("taxNumber", Vocabulary.TaxNumber), ["taxNumber", "税号", "纳税人识别号"]),
        (new("lei", (d, v) => d.AddLei(v)), ["lei", "全球法人识别编码"]),
        (Value("foreignNumber", Vocabulary.ForeignNumber), ["foreignNumber", "境外登记号"]),
        (new("entityType", (d, v) => d.Type = Enum.TryParse<EntityType>(v, ignoreCase: true, out var type) && type is not (EntityType.Person or EntityType.Unknown) ? type : d.Type), ["entityType"]),
        (new("registryId", (d, v) => d.Body = Projector.IsOwnId(v, 'x') ? v : d.Body), ["registryId"]),
        (new("stockCode", StockCodes), ["stockCode", "ticker", "股票代码", "证券代码"]),
        (new("status", Status), ["status", "regStatus", "opState", "operatingStatus", "rawOperatingStatus", "登记状态", "经营状态", "企业状态"]),
        (Value("legalForm", Vocabulary.LegalForm), ["legalForm", "entType", "companyOrgType", "企业类型", "类型", "公司类型"]),
        (new("industry", (d, v) => d.Add(new(Vocabulary.Industry, v))), ["industry", "sector", "行业", "所属行业", "行业分类"]),
        (Date("foundedOn", Vocabulary.FoundedOn), ["foundedOn", "regDate", "estabDate", "estiblishTime", "establishTime", "incorporationDate", "成立日期", "成立时间", "注册日期"]),
        (Date("approvedOn", Vocabulary.ApprovedOn), ["approvedOn", "apprDate", "approvedTime", "核准日期"]),
        (Date("operatingFrom", Vocabulary.OperatingFrom), ["operatingFrom", "opFromDate", "fromTime", "营业期限自"]),
        (Date("operatingTo", Vocabulary.OperatingTo), ["operatingTo", "opToDate", "toTime", "营业期限至"]),
        (Date("deregisteredOn", Vocabulary.DeregisteredOn), ["deregisteredOn", "cancelDate", "dissolutionDate", "注销日期"]),
        (Date("revokedOn", Vocabulary.RevokedOn), ["revokedOn", "revoDate", "revokeDate", "吊销日期"]),
        (new("capital", (d, v) => Amount(d, v, Vocabulary.Capital)), ["capital", "regCapital", "registeredCapital", "注册资本", "注册资金"]),
        (new("paidCapital", (d, v) => Amount(d, v, Vocabulary.PaidCapital)), ["paidCapital", "actualCapital", "实缴资本", "实收资本"]),
        (Value("registrar", Vocabulary.Registrar), ["registrar", "regInstitute", "regOrg", "登记机关"]),
        (new("province", (d, v) => d.Add(ProvinceOf(v))), ["province", "省份", "省", "所属省份"]),
        (Value("city", Vocabulary.City), ["city", "城市", "市", "所属城市", "地区"]),
        (Value("district", Vocabulary.District), ["district", "county", "区县", "所属区县"]),
        (Value("address", Vocabulary.Address), ["address", "regLocation", "regAddress", "住所", "地址", "注册地址", "经营场所"]),
        (Value("scope", Vocabulary.Scope), ["scope", "businessScope", "bizScope", "description", "经营范围"]),
        (Value("country", Vocabulary.Country), ["country", "jurisdiction", "国家", "国家或地区"]),
        (new("phone", (d, v) => d.AddPhones(v), Repeats: true), ["phone", "phoneNumber", "telephone", "tel", "contactPhone", "电话", "电话号码", "联系电话", "企业联系电话", "公司电话"]),
        (Value("website", Vocabulary.Website), ["website", "网址", "网站"]),
        (Date("listedOn", Vocabulary.ListedOn), ["listedOn", "listDate", "上市日期"]),
        (Value("exchange", Vocabulary.Exchange), ["exchange", "交易所代码", "交易所"]),
        (Value("market", Vocabulary.Market), ["market", "市场类型", "板块"]),
        (Value("ownershipNature", Vocabulary.OwnershipNature), ["ownershipNature", "企业性质"]),
        (Value("initials", Vocabulary.Initials), ["initials", "拼音缩写"]),
        (new("legalRepresentative", LegalRepresentative), ["legalRepresentative", "legalRep", "legalRepName", "legalPersonName", "legalRepPseudo", "法定代表人", "法人", "负责人", "经营者"]),
        (new("actualController", Controllers), ["actualController", "controller", "实控人名称", "实际控制人"]),
        (new("parent", (d, v) => d.Add(Party(Vocabulary.Branch, v, EntityType.Company))), ["parentName", "parent", "隶属企业名称"]),
        (new("key", (d, v) => d.GivenKey = v), ["key", "recordKey", "记录编号"]),
    ];

    /// <summary>Changes with the columns that are known: a file of which more is understood now is no longer the same import.</summary>
    public static string Version { get; } = string.Join(',', All.SelectMany(c => c.Headers));

    private static readonly FrozenDictionary<string, Column> ByHeader =
        All.SelectMany(c => c.Headers, (c, header) => KeyValuePair.Create(Plain(header), c.Column)).ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>The column that goes by this header, or null.</summary>
    public static Column? Find(string header) => ByHeader.GetValueOrDefault(Plain(header));

    /// <summary>A date in the forms that registers write: 2010-03-01, 2010/3/1, 20100301, 2010年3月1日, with a time, or milliseconds since 1970.</summary>
    public static DateOnly? ParseDate(string text)
    {
        var day = text.AsSpan().Trim();
        if (day.Length == 10 && day[4] == '-' && DateOnly.TryParseExact(day, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var plain)) return Sane(plain);
        if (DateOnly.TryParseExact(day, DateForms, CultureInfo.InvariantCulture, DateTimeStyles.AllowWhiteSpaces, out var other)) return Sane(other);
        if (day.Length is 12 or 13 && long.TryParse(day, NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds))
            return Sane(ChinaTime.Day(DateTimeOffset.FromUnixTimeMilliseconds(milliseconds)));
        return day.Length >= 16 && DateTimeOffset.TryParse(day, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var instant) ? Sane(DateOnly.FromDateTime(instant.DateTime)) : null;
    }

    /// <summary>A relation from a party to the draft's body.</summary>
    public static Statement Party(Property kind, string name, EntityType type, params ReadOnlySpan<KeyValuePair<Field, string>> more) =>
        new(kind, name) { Fields = [new(Vocabulary.Fields.PartyType, type.ToString()), .. more] };

    /// <summary>A date statement; a text that is no date is kept as it was written.</summary>
    public static Statement DateOf(Property property, string text) =>
        ParseDate(text) is not { } day ? new(property, text)
        : day.ToString("O", CultureInfo.InvariantCulture) is var iso && string.Equals(iso, text, StringComparison.Ordinal) ? new(property, iso)
        : new(property, iso) { Original = text };

    public static void Amount(Draft draft, string text, Property property) =>
        draft.Add(Capital.TryParse(text, out var capital) && !capital.UnitUnknown ? new(property, $"{capital.Amount.ToString(CultureInfo.InvariantCulture)} {capital.Currency}") { Original = text } : new(property, text));

    public static void LegalRepresentative(Draft draft, string name) =>
        draft.Add(Party(Vocabulary.Directorship, name, EntityType.Person, KeyValuePair.Create(Vocabulary.Fields.Role, Vocabulary.LegalRepresentative)));

    public static void Status(Draft draft, string text) =>
        draft.Add(CompanyStatusText.Parse(text) is { } status ? new(Vocabulary.Status, status.ToString()) { Original = text } : new(Vocabulary.Status, nameof(CompanyStatus.Other)) { Original = text });

    public static void StockCodes(Draft draft, string text)
    {
        foreach (var code in Split(text))
            draft.Add(StockCode.TryParse(code, null, out var stock) && stock.ToString() is var known && !string.Equals(known, code, StringComparison.Ordinal)
                ? new(Vocabulary.StockCode, known) { Original = code } : new(Vocabulary.StockCode, code));
    }

    /// <summary>Company or person, as far as a bare name shows: two to four hanzi are a person's, unless they end as a body's name does.</summary>
    public static EntityType PartyTypeOf(string name) =>
        name.Length is >= 2 and <= 4 && name.All(c => c is >= '\u4E00' and <= '\u9FFF') && !name.EndsWith("政府", StringComparison.Ordinal) && !name.EndsWith("集团", StringComparison.Ordinal)
            ? EntityType.Person : EntityType.LegalEntity;

    private static readonly string[] DateForms =
        ["yyyy-M-d", "yyyy/M/d", "yyyy.M.d", "yyyyMMdd", "yyyy年M月d日", "yyyy-MM-dd HH:mm:ss", "yyyy/M/d H:mm:ss", "yyyy/M/d H:mm", "yyyy-MM-dd HH:mm:ss.f", "yyyy-MM-dd'T'HH:mm:ss"];

    private static readonly char[] Separators = [';', '；', '|', '\n'];

    private static Column Value(string name, Property property) => new(name, (d, v) => d.Add(new(property, v)));

    private static Column Date(string name, Property property) => new(name, (d, v) => d.Add(DateOf(property, v)));

    private static DateOnly? Sane(DateOnly day) => day.Year is >= 1000 and < 3000 ? day : null;

    private static string[] Split(string text) => text.Split(Separators, StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    private static void Many(Draft draft, string text, Property property)
    {
        foreach (var part in Split(text)) draft.Add(new(property, part));
    }

    private static Statement ProvinceOf(string text) =>
        Province.TryMatch(text, out var province) && !string.Equals(province.ShortName, text, StringComparison.Ordinal) ? new(Vocabulary.Province, province.ShortName) { Original = text } : new(Vocabulary.Province, text);

    private static void Controllers(Draft draft, string text)
    {
        if (text.StartsWith('无')) return; // "no actual controller" is the absence of one
        foreach (var name in text.Split([',', '，', '、', ';', '；'], StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
            draft.Add(Party(Vocabulary.Control, name, PartyTypeOf(name)));
    }

    private static string Plain(string header) =>
        string.Concat(Normalizer.Normalize(header).Where(c => c is not (' ' or '_' or '-' or '.'))).ToUpperInvariant();
}

/// <summary>The registration status, in words.</summary>
internal static class CompanyStatusText
{
    /// <summary>The status that a register's text means, by its first words; null where it says nothing we know.</summary>
    public static CompanyStatus? Parse(string text)
    {
        foreach (var (word, status) in Words)
            if (text.Contains(word, StringComparison.OrdinalIgnoreCase)) return status;
        return null;
    }

    // In order: "吊销，未注销" is revoked, "注销" alone deregistered.
    private static readonly (string, CompanyStatus)[] Words =
    [
        ("未注销", CompanyStatus.Revoked), ("吊销", CompanyStatus.Revoked), ("注销", CompanyStatus.Deregistered), ("撤销", CompanyStatus.Annulled), ("迁出", CompanyStatus.MovedOut),
        ("迁往", CompanyStatus.MovedOut), ("设立中", CompanyStatus.BeingSetUp), ("筹建", CompanyStatus.BeingSetUp), ("清算", CompanyStatus.InLiquidation), ("停业", CompanyStatus.Suspended),
        ("歇业", CompanyStatus.Suspended), ("存续", CompanyStatus.Active), ("在营", CompanyStatus.Active), ("在业", CompanyStatus.Active), ("开业", CompanyStatus.Active), ("正常", CompanyStatus.Active),
        ("inactive", CompanyStatus.Other), ("active", CompanyStatus.Active), ("dissolved", CompanyStatus.Deregistered), ("liquidation", CompanyStatus.InLiquidation),
    ];
}
