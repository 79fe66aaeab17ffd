using System.Collections.Frozen;

namespace Qijian.Modules.Registry;

/// <summary>What a body or party is, by its FollowTheMoney name.</summary>
public enum EntityType : byte
{
    /// <summary>A body whose kind no source states.</summary>
    LegalEntity,

    /// <summary>A company or another body in business.</summary>
    Company,

    /// <summary>An association, fund or other organisation.</summary>
    Organization,

    /// <summary>A state body.</summary>
    PublicBody,

    /// <summary>A natural person in a public role.</summary>
    Person,

    /// <summary>A party that the source leaves unnamed; never merged with another.</summary>
    Unknown,
}

/// <summary>Where a value comes from.</summary>
public enum Basis : byte
{
    /// <summary>A register or a filing says so.</summary>
    Filed,

    /// <summary>We computed it.</summary>
    Derived,

    /// <summary>A correction that was accepted; it wins over every import.</summary>
    User,
}

/// <summary>How a property's value is written and compared.</summary>
public enum ValueType : byte { Text, Name, Identifier, Date, Money, Status, Region, Relation, Event }

/// <summary>One thing that can be said of an entity. <see cref="Id"/> is stored: never reuse one.</summary>
public sealed record Property(short Id, string Name, string Zh, string En, ValueType Type, bool Many = false)
{
    /// <summary>The label in the reader's language.</summary>
    public string Label => Language.IsEnglish ? En : Zh;

    /// <summary>By number: compared several times for every statement.</summary>
    public bool Equals(Property? other) => other?.Id == Id;

    /// <inheritdoc/>
    public override int GetHashCode() => Id;
}

/// <summary>One part of a relation or an event. <see cref="Id"/> is stored: never reuse one.</summary>
public sealed record Field(byte Id, string Name, string Zh, string En)
{
    /// <summary>The label in the reader's language.</summary>
    public string Label => Language.IsEnglish ? En : Zh;
}

/// <summary>How a relation is drawn.</summary>
public enum Line : byte { Solid, Control, Dashed }

/// <summary>
/// A kind of relation, declared once: stored under its property, drawn, worded and walked by what stands here.
/// <paramref name="Source"/> is the party that acts (owner, director), <paramref name="Target"/> the body it acts on.
/// </summary>
public sealed record RelationKind(Property Property, string Source, string Target, string ZhSentence, string EnSentence, Line Line, bool CarriesEquity, bool Walked)
{
    /// <summary>One sentence about an edge, in the reader's language: {0} is the source, {1} the target.</summary>
    public string Sentence => Language.IsEnglish ? EnSentence : ZhSentence;
}

/// <summary>The words facts are made of. Importers, pages, exports and the graph all read these declarations.</summary>
public static class Vocabulary
{
    public static readonly Property
        Name = new(1, "name", "企业名称", "Name", ValueType.Name),
        PreviousName = new(2, "previousName", "曾用名", "Former name", ValueType.Name, Many: true),
        EnglishName = new(3, "englishName", "英文名称", "English name", ValueType.Name),
        ShortName = new(4, "shortName", "简称", "Short name", ValueType.Name, Many: true),
        CreditCode = new(5, "creditCode", "统一社会信用代码", "Credit code (USCC)", ValueType.Identifier),
        RegistrationNumber = new(6, "registrationNumber", "注册号", "Registration number", ValueType.Identifier),
        OrganizationCode = new(7, "organizationCode", "组织机构代码", "Organisation code", ValueType.Identifier),
        TaxNumber = new(8, "taxNumber", "纳税人识别号", "Taxpayer number", ValueType.Identifier),
        Lei = new(9, "lei", "全球法人识别编码", "LEI", ValueType.Identifier),
        StockCode = new(10, "stockCode", "股票代码", "Stock code", ValueType.Identifier, Many: true),
        OtherCode = new(11, "otherCode", "其他编号", "Other code", ValueType.Identifier, Many: true),
        Status = new(12, "status", "登记状态", "Status", ValueType.Status),
        LegalForm = new(13, "legalForm", "企业类型", "Legal form", ValueType.Text),
        FoundedOn = new(14, "foundedOn", "成立日期", "Founded", ValueType.Date),
        ApprovedOn = new(15, "approvedOn", "核准日期", "Approved", ValueType.Date),
        OperatingFrom = new(16, "operatingFrom", "营业期限自", "Operating from", ValueType.Date),
        OperatingTo = new(17, "operatingTo", "营业期限至", "Operating to", ValueType.Date),
        DeregisteredOn = new(18, "deregisteredOn", "注销日期", "Deregistered", ValueType.Date),
        RevokedOn = new(19, "revokedOn", "吊销日期", "Licence revoked", ValueType.Date),
        Capital = new(20, "capital", "注册资本", "Registered capital", ValueType.Money),
        PaidCapital = new(21, "paidCapital", "实缴资本", "Paid-in capital", ValueType.Money),
        Industry = new(22, "industry", "所属行业", "Industry", ValueType.Text),
        Registrar = new(23, "registrar", "登记机关", "Registration authority", ValueType.Text),
        Province = new(24, "province", "省份", "Province", ValueType.Region),
        City = new(25, "city", "城市", "City", ValueType.Region),
        District = new(26, "district", "区县", "District", ValueType.Region),
        Address = new(27, "address", "住所", "Registered address", ValueType.Text),
        Scope = new(28, "scope", "经营范围", "Business scope", ValueType.Text),
        Country = new(29, "country", "国家或地区", "Country or region", ValueType.Text),
        ListedOn = new(30, "listedOn", "上市日期", "Listed", ValueType.Date),
        Exchange = new(31, "exchange", "交易所", "Exchange", ValueType.Text),
        Market = new(32, "market", "市场类型", "Market", ValueType.Text),
        OwnershipNature = new(33, "ownershipNature", "企业性质", "Nature of ownership", ValueType.Text),
        Website = new(34, "website", "网站", "Website", ValueType.Text),
        LeiStatus = new(35, "leiStatus", "LEI 登记状态", "LEI registration status", ValueType.Text),
        Initials = new(36, "initials", "拼音缩写", "Pinyin initials", ValueType.Text),
        Phone = new(38, "phone", "联系电话", "Telephone", ValueType.Text, Many: true),
        ForeignNumber = new(37, "foreignNumber", "境外登记号", "Number in a foreign register", ValueType.Identifier, Many: true),
        Ownership = new(64, "ownership", "股东", "Ownership", ValueType.Relation, Many: true),
        Directorship = new(65, "directorship", "任职", "Directorship", ValueType.Relation, Many: true),
        Control = new(66, "control", "实际控制", "Control", ValueType.Relation, Many: true),
        Branch = new(67, "branch", "分支机构", "Branch", ValueType.Relation, Many: true),
        FundManagement = new(68, "fundManagement", "基金管理", "Fund management", ValueType.Relation, Many: true),
        DeclaredInterest = new(69, "declaredInterest", "申报权益", "Declared interest", ValueType.Relation, Many: true),
        Change = new(96, "change", "变更", "Change", ValueType.Event, Many: true),
        Penalty = new(97, "penalty", "行政处罚", "Penalty", ValueType.Event, Many: true),
        AbnormalListing = new(98, "abnormalListing", "经营异常", "Abnormal listing", ValueType.Event, Many: true);

    /// <summary>The role of the person who may bind the company in its name.</summary>
    public const string LegalRepresentative = "法定代表人";

    public static class Fields
    {
        public static readonly Field
            PartyType = new(1, "partyType", "主体类型", "Party type"),
            PartyCode = new(2, "partyCode", "主体代码", "Party code"),
            PartyLei = new(3, "partyLei", "主体 LEI", "Party LEI"),
            Role = new(4, "role", "职务", "Role"),
            Percent = new(5, "percent", "比例", "Percent"),
            Minimum = new(6, "minimum", "比例下限", "At least"),
            Maximum = new(7, "maximum", "比例上限", "At most"),
            SharesValue = new(8, "sharesValue", "认缴额", "Subscribed amount"),
            SubscribedAt = new(9, "subscribedAt", "认缴日期", "Subscribed on"),
            PaidAt = new(10, "paidAt", "实缴日期", "Paid on"),
            Date = new(11, "date", "日期", "Date"),
            Item = new(12, "item", "事项", "Item"),
            Before = new(13, "before", "变更前", "Before"),
            After = new(14, "after", "变更后", "After"),
            Number = new(15, "number", "文号", "Document number"),
            Authority = new(16, "authority", "机关", "Authority"),
            Reason = new(17, "reason", "事由", "Reason"),
            Result = new(18, "result", "结果", "Result"),
            Amount = new(19, "amount", "金额", "Amount"),
            PublicUntil = new(20, "publicUntil", "公示截止", "Public until"),
            RemovedOn = new(21, "removedOn", "移出日期", "Removed on"),
            Accounting = new(22, "accounting", "会计准则", "Accounting standard"),
            SourceUrl = new(23, "sourceUrl", "来源链接", "Source link"),
            Consolidation = new(24, "consolidation", "合并报表口径", "Consolidation"),
            PartyId = new(25, "partyId", "主体记录号", "Party record"),
            Unnamed = new(26, "unnamed", "未具名主体", "Unnamed party"),
            Interest = new(27, "interest", "权益类型", "Kind of interest"),
            Directness = new(28, "directness", "直接或间接", "Direct or indirect"),
            Beneficial = new(29, "beneficial", "受益所有人", "Beneficial owner"),
            Open = new(30, "open", "不含界限", "Bounds not included"),
            Components = new(31, "components", "组成关系", "Component records"),
            Remark = new(32, "remark", "说明", "Remark"),
            Shares = new(33, "shares", "股数", "Number of shares"),
            Basis = new(34, "basis", "依据", "Basis");

        /// <summary>Every field, by the number it is stored under.</summary>
        public static readonly FrozenDictionary<byte, Field> ById = Declared<Field>(typeof(Fields)).ToFrozenDictionary(f => f.Id);
    }

    /// <summary>Every property, by the number it is stored under.</summary>
    public static readonly FrozenDictionary<short, Property> ById = Declared<Property>(typeof(Vocabulary)).ToFrozenDictionary(p => p.Id);

    /// <summary>Every property, by name.</summary>
    public static readonly FrozenDictionary<string, Property> ByName = ById.Values.ToFrozenDictionary(p => p.Name, StringComparer.OrdinalIgnoreCase);

    /// <summary>The relation kinds, by the number of their property.</summary>
    public static readonly FrozenDictionary<short, RelationKind> Relations = new RelationKind[]
    {
        new(Ownership, "owner", "asset", "{0}持有{1}的股权", "{0} owns a share of {1}", Line.Solid, CarriesEquity: true, Walked: true),
        new(Directorship, "director", "organization", "{0}在{1}任职", "{0} holds an office at {1}", Line.Solid, CarriesEquity: false, Walked: true),
        new(Control, "controller", "subject", "{0}控制{1}", "{0} controls {1}", Line.Control, CarriesEquity: false, Walked: true),
        new(Branch, "parent", "branch", "{1}是{0}的分支机构", "{1} is a branch of {0}", Line.Solid, CarriesEquity: false, Walked: true),
        new(FundManagement, "manager", "fund", "{0}管理基金{1}", "{0} manages the fund {1}", Line.Control, CarriesEquity: false, Walked: true),
        // What a declaration sums up of others (an indirect holding with its components), or says of nobody in particular.
        new(DeclaredInterest, "holder", "subject", "{0}申报在{1}拥有间接权益", "{0} is declared to have an indirect interest in {1}", Line.Dashed, CarriesEquity: false, Walked: false),
    }.ToFrozenDictionary(k => k.Property.Id);

    private static IEnumerable<T> Declared<T>(Type type) =>
        type.GetFields().Where(f => f.FieldType == typeof(T)).Select(f => (T)f.GetValue(null)!);
}
