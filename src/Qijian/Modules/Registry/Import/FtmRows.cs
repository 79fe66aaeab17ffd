using System.Text.Json;

namespace Qijian.Modules.Registry;

/// <summary>
/// Entities of FollowTheMoney, one a line: bodies, persons by their names, and the intervals between them. A first pass learns who the parties
/// are, since an interval may come before them.
/// </summary>
internal static class FtmRows
{
    private const string Share = "percentage", Client = "client", Body = "organization";

    // Which properties of an interval hold the party that acts and the body it acts on.
    private static readonly Dictionary<string, (string Source, string Target, Property Kind)> Links = new(StringComparer.Ordinal)
    {
        ["Ownership"] = ("owner", "asset", Vocabulary.Ownership), ["Directorship"] = ("director", Body, Vocabulary.Directorship),
        ["Representation"] = ("agent", Client, Vocabulary.Directorship), ["UnknownLink"] = ("subject", "object", Vocabulary.Control),
    };

    // Words in the role of a link that say of what kind it is; without one it is not taken.
    private static readonly (string Word, Property Kind)[] Words =
    [
        ("control", Vocabulary.Control), ("控制", Vocabulary.Control), ("branch", Vocabulary.Branch), ("分支", Vocabulary.Branch), ("分公司", Vocabulary.Branch), ("fund manage", Vocabulary.FundManagement), ("基金管理", Vocabulary.FundManagement),
    ];

    /// <summary>Whether a file begins like one of these.</summary>
    public static bool Recognises(string start) =>
        start.AsSpan().TrimStart().StartsWith('{') && start.Contains("\"schema\"", StringComparison.Ordinal) && start.Contains("\"properties\"", StringComparison.Ordinal);

    /// <summary>The first pass.</summary>
    public static void Note(PartyIndex index, JsonElement json, string dataset)
    {
        if (json.Text("id") is { } id && PartyOf(json, id, dataset) is { } party) index.Add(party);
    }

    public static IEnumerable<RowOutcome> Read(SourceFile file, PartyIndex index, long skip, string dataset, HashSet<string> ignored) => Rows.OfJson(file, skip, (draft, json) =>
    {
        if (Claims.ProblemOf(json) is { } problem) return problem;
        if (json.Text("id") is not { } id) return Text.RowPartMissing.With("entity", "id");
        if (json.Text("schema") is not { } schema) return Text.RowPartMissing.With("entity", "schema");
        draft.GivenKey = id;
        if (Links.TryGetValue(schema, out var link)) return ReadLink(draft, json, index, link);
        if (PartyOf(json, id, dataset) is { } party) return ReadParty(draft, json, party);
        ignored.Add(schema);
        draft.Passed = true;
        return null;
    });

    private static FileParty? PartyOf(JsonElement json, string id, string dataset)
    {
        var name = First(json, "name");
        if (json.Text("schema") is "Person") return name is null || Projector.IsOwnId(id, 'u') ? new(EntityType.Unknown, id, null) : new(EntityType.Person, id, name);
        if (!Enum.TryParse<EntityType>(json.Text("schema"), out var type) || type is EntityType.Unknown) return null;
        if (Projector.IsOwnId(id, 'u')) return new(EntityType.Unknown, id, null);
        Draft read = new(0);
        AddIdentifiers(read, json);
        var body = Projector.IsOwnId(id, 'x') ? id : read.CreditCode is not null ? null : read.Body ?? (read.Lei is null ? Projector.BodyId(dataset, id) : null);
        return new(type, id, name, read.CreditCode, read.Lei, read.RegistrationNumber, body) { NameOnly = Projector.IsOwnId(id, 'n') };
    }

    // A party without a body of its own is known by its intervals.
    private static string? ReadParty(Draft draft, JsonElement json, FileParty party)
    {
        if (!party.IsBody)
        {
            draft.Passed = true;
            return null;
        }

        party.Identify(draft);
        draft.Type = party.Type;
        if (party.Name is { } name) draft.AddName(name);
        AddIdentifiers(draft, json);
        draft.Body = party.Body;
        if (draft.Name is null && draft.CreditCode is null && draft.Lei is null && !Projector.IsOwnId(party.Record, 'x')) return Text.RowNoName;
        if (First(json, "incorporationDate") is { } founded) draft.Add(Headers.DateOf(Vocabulary.FoundedOn, founded));
        if (First(json, "dissolutionDate") is { } dissolved) draft.Add(Headers.DateOf(Vocabulary.DeregisteredOn, dissolved));
        if (!StatementJson.AddFacts(draft, Values(json, "notes").FirstOrDefault(n => n.StartsWith('{'))))
        {
            foreach (var other in Values(json, "name").Skip(1).Concat(Values(json, "alias")).Concat(Values(json, "weakAlias"))) draft.Add(new(Vocabulary.ShortName, other));
            foreach (var former in Values(json, "previousName")) draft.Add(new(Vocabulary.PreviousName, former));
            if (First(json, "status") is { } status) Headers.Status(draft, status);
            if (First(json, "legalForm") is { } form) draft.Add(new(Vocabulary.LegalForm, form));
            if (First(json, "sector") is { } sector) draft.Add(new(Vocabulary.Industry, sector));
            if (First(json, "capital") is { } capital) Headers.Amount(draft, capital, Vocabulary.Capital);
            if (First(json, "address") is { } address) draft.Add(new(Vocabulary.Address, address));
            if (First(json, "description") is { } scope) draft.Add(new(Vocabulary.Scope, scope));
            if ((First(json, "jurisdiction") ?? First(json, "country") ?? First(json, "mainCountry")) is { } country) draft.Add(new(Vocabulary.Country, country));
            if (First(json, "website") is { } website) draft.Add(new(Vocabulary.Website, website));
            foreach (var phone in Values(json, "phone")) draft.AddPhones(phone);
            foreach (var ticker in Values(json, "ticker")) Headers.StockCodes(draft, ticker);
        }

        draft.Seal();
        return null;
    }

    private static void AddIdentifiers(Draft draft, JsonElement json)
    {
        foreach (var code in Values(json, "uscCode").Concat(Values(json, "creditCode"))) draft.AddCode(code);
        foreach (var lei in Values(json, "leiCode")) draft.AddLei(lei);
        var ours = Values(json, "notes").Any(n => n.StartsWith("{\"facts\"", StringComparison.Ordinal)); // then a number that looks like none is one all the same
        foreach (var number in Values(json, "registrationNumber"))
        {
            if (draft.Statements.Any(s => s.Property == Vocabulary.CreditCode && string.Equals(s.Value, number, StringComparison.OrdinalIgnoreCase))) continue; // said twice
            var register = number.IndexOf('-', StringComparison.Ordinal) is 2 ? number : First(json, "jurisdiction") is "gb" ? Claims.ForeignNumber("GB-COH", Claims.CompanyNumber(number)) : null;
            if (register is null && ours && !Draft.IsCreditCodeShaped(number)) draft.AddRegistrationNumber(number);
            else if (register is null) draft.AddCode(number);
            else
            {
                draft.Add(new(Vocabulary.ForeignNumber, register));
                draft.Body ??= Claims.ForeignBody(register);
            }
        }

        foreach (var code in Values(json, "idNumber")) draft.Add(new(Vocabulary.OrganizationCode, code));
        foreach (var code in Values(json, "taxNumber")) draft.Add(new(Vocabulary.TaxNumber, code));
    }

    private static string? ReadLink(Draft draft, JsonElement json, PartyIndex index, (string Source, string Target, Property Kind) link)
    {
        var (sources, targets) = (Values(json, link.Source).ToList(), Values(json, link.Target).ToList());
        if (sources.Count == 0) return Text.RowPartMissing.With(json.Text("schema")!, link.Source);
        if (targets.Count == 0) return Text.RowPartMissing.With(json.Text("schema")!, link.Target);
        if (targets.Count > 1) return Text.RowOneBody.With(link.Target); // which could not be kept as one record
        if (index.Party(targets[0]) is not { } subject) return Text.RowPartyMissing.With(targets[0]);
        if (!subject.IsBody) return Text.RowSubjectUnnamed;
        if (Claims.Period(First(json, "startDate") ?? First(json, "date"), First(json, "endDate"), out var from, out var to) is { } wrong) return wrong;
        List<KeyValuePair<Field, string>> shares = [];
        if (First(json, Share) is { } share && ReadShare(share, shares) is { } problem) return problem;
        subject.Identify(draft);
        foreach (var source in sources)
        {
            if (index.Party(source) is not { } party) return Text.RowPartyMissing.With(source);
            if (StatementJson.Relation(First(json, "description")) is { } known)
            {
                draft.Add(party.Named(known) with { From = from ?? known.From, To = to ?? known.To, Fields = [.. party.Identity(), .. shares, .. known.Fields] });
                continue;
            }

            var role = First(json, "role");
            var kind = link.Kind;
            if (kind == Vocabulary.Control)
            {
                if (Array.Find(Words, w => role?.Contains(w.Word, StringComparison.OrdinalIgnoreCase) is true).Kind is not { } meant) return Text.RowLink.With(role ?? "");
                kind = meant;
            }
            else if (kind == Vocabulary.Ownership && First(json, "ownershipType") is { } way && (way.Contains("indirect", StringComparison.OrdinalIgnoreCase) || way.Contains("ultimate", StringComparison.OrdinalIgnoreCase))) kind = Vocabulary.DeclaredInterest;

            role ??= link.Target is Client ? "representation" : null;
            List<KeyValuePair<Field, string>> fields = [.. party.Fields(role is Vocabulary.LegalRepresentative ? null : party.Record), .. shares]; // whose page is found by name and role
            if (role is not null) fields.Add(new(Vocabulary.Fields.Role, role));
            if (First(json, "ownershipType") is { } interest) fields.Add(new(Vocabulary.Fields.Interest, interest));
            if (First(json, "sharesCount") is { } count) fields.Add(new(Vocabulary.Fields.Shares, count));
            if (First(json, "sharesValue") is { } value) fields.Add(new(Vocabulary.Fields.SharesValue, First(json, "sharesCurrency") is { } currency ? $"{value} {currency}" : value));
            if (First(json, "sourceUrl") is { } url && url.StartsWith("http", StringComparison.Ordinal)) fields.Add(new(Vocabulary.Fields.SourceUrl, url));
            if (First(json, "publisher") is { } publisher) fields.Add(new(Vocabulary.Fields.Authority, publisher));
            if ((First(json, "summary") ?? First(json, "description")) is { } remark) fields.Add(new(Vocabulary.Fields.Remark, remark));
            draft.Add(new(kind, party.Type is EntityType.Unknown ? "" : party.Name ?? "") { From = from, To = to, Fields = fields });
        }

        draft.Seal();
        return null;
    }

    // "40", "40%", "25-50", "75–100 %": texts, as filed.
    private static string? ReadShare(string text, List<KeyValuePair<Field, string>> fields)
    {
        var plain = text.TrimEnd('%', '％', ' ');
        if (Claims.Share(plain) is { } exact)
        {
            fields.Add(new(Vocabulary.Fields.Percent, exact));
            return null;
        }

        if (plain.Split(['-', '–', '—', '~', '～'], StringSplitOptions.TrimEntries) is not [var low, var high] || Claims.Share(low) is not { } least || Claims.Share(high) is not { } most) return Text.RowPercent.With(Share, text);
        if (Percent.Parse(least) > Percent.Parse(most)) return Text.RowBounds.With(least, most);
        fields.Add(new(Vocabulary.Fields.Minimum, least));
        fields.Add(new(Vocabulary.Fields.Maximum, most));
        return null;
    }

    private static string? First(JsonElement json, string property) => Values(json, property).FirstOrDefault();

    // Values are texts or, where an entity stands inside another, objects with an id.
    private static IEnumerable<string> Values(JsonElement json, string property)
    {
        foreach (var value in json.Object("properties").Items(property))
        {
            if (value.ValueKind is JsonValueKind.String or JsonValueKind.Number && value.ToString().Trim() is { Length: > 0 } text) yield return text;
            else if (value.Text("id") is { } id) yield return id;
        }
    }
}
