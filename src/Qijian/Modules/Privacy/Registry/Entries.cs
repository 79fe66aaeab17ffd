namespace Qijian.Modules.Privacy;

/// <summary>One entry of a registry file, and where it stands, so that whoever has to mend it finds it.</summary>
internal abstract class Entry
{
    public string Id { get; init; } = "";
    public string Zh { get; init; } = "";
    public string En { get; init; } = "";
    public string Label => Language.IsEnglish ? En : Zh;

    [YamlDotNet.Serialization.YamlIgnore] public string File { get; internal set; } = "";
    [YamlDotNet.Serialization.YamlIgnore] public int Line { get; internal set; }
}

/// <summary>The keys that a person's data is kept under: one key a subject and group, so that one group can go and another stay.</summary>
internal enum KeyGroup { Identity, Contact, Social, Behaviour, Orders, Proof, Public }

/// <summary>How a value shows where nobody has a reason to see it.</summary>
internal enum MaskRule { Full, None, Name, Phone, Email, Network }

internal sealed class CategoryEntry : Entry
{
    public KeyGroup Group { get; init; }
    public bool Sensitive { get; init; }
    public MaskRule Mask { get; init; }
    public List<string> Clauses { get; init; } = [];
}

/// <summary>The ground of PIPL 13, and of separate consent.</summary>
internal enum Basis { Unstated, Contract, Consent, SeparateConsent, Guardian, LegalDuty, Emergency, News, PublicData }

internal enum Need { Required, Optional }

internal enum Minors { Deny, Allow }

internal sealed class PurposeEntry : Entry
{
    public Basis Basis { get; init; }
    public List<string> Clauses { get; init; } = [];
    public Dictionary<string, Need> Reads { get; init; } = [];

    /// <summary>The retention rule of what is kept for it.</summary>
    public string Retention { get; init; } = "";
    public List<string> Recipients { get; init; } = [];

    /// <summary>The page on which consent is withdrawn.</summary>
    public string? Withdraw { get; init; }
    public bool AutomatedDecision { get; init; }
    public bool Sensitive { get; init; }
    public Minors Minors { get; init; }
    public string? Pia { get; init; }
    public string? Supersedes { get; init; }

    /// <summary>Whether a person decides about it: it is off until they say yes.</summary>
    public bool AsksConsent => Basis is Basis.Consent or Basis.SeparateConsent or Basis.Guardian;
}

internal enum AfterRetention { Delete, Anonymise, Truncate }

internal sealed class RetentionEntry : Entry
{
    public string Start { get; init; } = "";
    public Period? Floor { get; init; }
    public Period? Ceiling { get; init; }
    public AfterRetention Then { get; init; }
    public string? Law { get; init; }
}

internal sealed class FeatureEntry : Entry
{
    public List<string> Purposes { get; init; } = [];
    public List<string> Required { get; init; } = [];
    public List<string> Optional { get; init; } = [];
    public List<string> Routes { get; init; } = [];
    public bool Open { get; init; }
    public string? Pia { get; init; }
}

/// <summary>A processor acts for us under a contract; a handler decides for itself, and needs the person's separate consent.</summary>
internal enum RecipientKind { Unstated, Processor, Handler }

internal sealed class RecipientEntry : Entry
{
    public RecipientKind Kind { get; init; }
    public string Contact { get; init; } = "";
    public string Jurisdiction { get; init; } = "";
    public List<string> Hosts { get; init; } = [];
    public List<string> Purposes { get; init; } = [];

    /// <summary>The categories that may go there; nothing else does.</summary>
    public List<string> Fields { get; init; } = [];
    public ContractEntry? Contract { get; init; }

    /// <summary>The mechanism of PIPL 38, where the recipient is outside China.</summary>
    public string? Mechanism { get; init; }
    public string? Policy { get; init; }
    public string? Pia { get; init; }

    /// <summary>What is given for the data: nothing, or it would be a sale.</summary>
    public string? Consideration { get; init; }

    public bool Abroad => Jurisdiction is not "CN";

    /// <summary>Whether a yes to the purpose is not enough: one who decides for himself about what he is given (PIPL 23), or anybody abroad (PIPL 39).</summary>
    public bool AskedApart => Kind is not RecipientKind.Processor || Abroad;
}

internal sealed class ContractEntry
{
    public string Id { get; init; } = "";
    public DateOnly Until { get; init; }
}

internal sealed class TemplateEntry : Entry
{
    public MessageClass Class { get; init; }
    public string Purpose { get; init; } = "";
    public List<string> Channels { get; init; } = [];
}

internal enum StorageKind { Cookie, LocalStorage, SessionStorage, IndexedDb, Cache, Etag, ServiceWorker }

internal sealed class CookieEntry : Entry
{
    public StorageKind Kind { get; init; }
    public string Purpose { get; init; } = "";

    /// <summary>A duration, or the word <c>session</c>.</summary>
    public string Ttl { get; init; } = "";
    public bool Essential { get; init; }
}

/// <summary>The fields of something that is no table: a document of the interface, an index, a log, statements packed in a column.</summary>
internal sealed class FieldsEntry : Entry
{
    /// <summary>dto, form, log, index, json or table.</summary>
    public string Kind { get; init; } = "";

    /// <summary>Names by category, and by the word none.</summary>
    public Dictionary<string, List<string>> Fields { get; init; } = [];

    /// <summary>The category of a field; null where the registry does not know it.</summary>
    public string? CategoryOf(string name) => Fields.FirstOrDefault(f => f.Value.Contains(name, StringComparer.Ordinal)).Key;
}

internal sealed class LimitEntry : Entry
{
    public Period? Limit { get; init; }

    /// <summary>From how many persons on it binds; null where it always does.</summary>
    public long? Persons { get; init; }
    public string? Law { get; init; }
}

internal sealed class LawEntry : Entry
{
    public string Article { get; init; } = "";
    public DateOnly Effective { get; init; }
    public DateOnly NextReview { get; init; }
}

/// <summary>An impact assessment of PIPL 55: without one in date what it covers stays closed.</summary>
internal sealed class AssessmentEntry : Entry
{
    public List<string> Covers { get; init; } = [];

    /// <summary>A role, no person; null while it is not approved.</summary>
    public string? ApprovedBy { get; init; }
    public DateOnly? ApprovedOn { get; init; }
    public DateOnly? ValidUntil { get; init; }
    public string Outcome { get; init; } = "";
}
