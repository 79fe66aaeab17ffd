using System.Collections.Frozen;
using System.Text.Json;

namespace Qijian.Modules.Registry;

/// <summary>
/// Statements of the Beneficial Ownership Data Standard 0.4, as one JSON array or JSON Lines. A first pass learns who the parties are and
/// which statement of each record is the last; the second takes that one. Of persons only names are taken.
/// </summary>
internal static class BodsRows
{
    /// <summary>What kind of interest makes a director of the party.</summary>
    public static readonly FrozenDictionary<string, string> Offices = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["boardChair"] = "董事长", ["boardMember"] = "董事", ["seniorManagingOfficial"] = "高级管理人员",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>The kinds of interest that the standard knows.</summary>
    public static readonly FrozenSet<string> Interests = new[]
    {
        "shareholding", "votingRights", "appointmentOfBoard", "otherInfluenceOrControl", "seniorManagingOfficial", "settlor", "trustee", "protector", "beneficiaryOfLegalArrangement",
        "rightsToSurplusAssetsOnDissolution", "rightsToProfitOrIncome", "rightsGrantedByContract", "conditionalRightsGrantedByContract", "controlViaCompanyRulesOrArticles", "controlByLegalFramework",
        "boardMember", "boardChair", "unknownInterest", "unpublishedInterest", "enjoymentAndUseOfAssets", "rightToProfitOrIncomeFromAssets", "nominee", "nominator",
    }.ToFrozenSet(StringComparer.Ordinal);

    /// <summary>Whether a file begins like one of these.</summary>
    public static bool Recognises(string start) =>
        (start.AsSpan().TrimStart().StartsWith('[') || start.AsSpan().TrimStart().StartsWith('{')) && start.Contains("\"recordDetails\"", StringComparison.Ordinal) && start.Contains("\"statementId\"", StringComparison.Ordinal);

    /// <summary>The first pass.</summary>
    public static void Note(PartyIndex index, JsonElement json, long row, string dataset)
    {
        if (json.Text("recordId") is not { } record) return;
        if (json.Text("statementId") is { } id)
        {
            index.AddStatement(id, row, json);
            if (index.Repeats(id, row, json) is not null) return;
        }

        index.AddState(record, json.Text("statementDate") ?? "", row);
        if (index.IsLast(record, row) && PartyOf(json, record, dataset) is { } party) index.Add(party);
    }

    public static IEnumerable<RowOutcome> Read(SourceFile file, PartyIndex index, long skip, string dataset) => Rows.OfJson(file, skip, (draft, json) =>
    {
        if (Claims.ProblemOf(json) is { } problem) return problem;
        if (json.Text("recordId") is not { } record) return Text.RowPartMissing.With("statement", "recordId");
        if (json.Text("statementId") is not { } id) return Text.RowPartMissing.With("statement", "statementId");
        if (index.Repeats(id, draft.Row, json) is { } same)
        {
            draft.Passed = true;
            return same ? null : Text.RowStatementTwice.With(id);
        }

        if (!index.IsLast(record, draft.Row))
        {
            draft.Passed = true;
            return null;
        }

        draft.GivenKey = record;
        return json.Text("recordType") switch
        {
            "entity" or "person" => ReadParty(draft, json, PartyOf(json, record, dataset)!),
            "relationship" => ReadRelationship(draft, json, index),
            var type => Text.RowRecordType.With(type ?? ""),
        };
    });

    private static FileParty? PartyOf(JsonElement json, string record, string dataset)
    {
        var details = json.Object("recordDetails");
        switch (json.Text("recordType"))
        {
            case "person":
                var kind = details.Text("personType");
                var name = details.Items("names").Select(n => (Type: n.Text("type"), Name: n.Text("fullName"))).Where(n => n.Name is not null).OrderBy(n => n.Type is not (null or "legal")).Select(n => n.Name).FirstOrDefault();
                return kind is "anonymousPerson" or "unknownPerson" || name is null ? Unnamed(record, name, kind is "anonymousPerson" ? kind : "unknownPerson", details.Object("unspecifiedPersonDetails")) : new(EntityType.Person, record, name);
            case "entity":
                var (type, stated) = (details.Object("entityType").Text("type"), details.Object("entityType").Text("details"));
                if (type is "anonymousEntity" or "unknownEntity") return Unnamed(record, details.Text("name"), type, details.Object("unspecifiedEntityDetails"));
                Draft read = new(0);
                AddIdentifiers(read, details);
                var body = Projector.IsOwnId(record, 'x') ? record : read.CreditCode is not null ? null : read.Body ?? (read.Lei is null ? Projector.BodyId(dataset, record) : null);
                return new(TypeOf(type, stated), record, details.Text("name"), read.CreditCode, read.Lei, read.RegistrationNumber, body) { NameOnly = Projector.IsOwnId(record, 'n') };
            default: return null;
        }
    }

    private static FileParty Unnamed(string record, string? name, string kind, JsonElement unspecified) =>
        new(EntityType.Unknown, record, name) { Unnamed = kind, Reason = unspecified.Text("reason"), Remark = unspecified.Text("description") };

    private static EntityType TypeOf(string? type, string? details) =>
        Enum.TryParse<EntityType>(details, out var stated) && stated is EntityType.Organization or EntityType.LegalEntity or EntityType.Company ? stated : type switch
        {
            "registeredEntity" => EntityType.Company,
            "arrangement" => EntityType.Organization,
            "state" or "stateBody" => EntityType.PublicBody,
            _ => EntityType.LegalEntity,
        };

    // A party without a body of its own is known by its relations.
    private static string? ReadParty(Draft draft, JsonElement json, FileParty party)
    {
        if (!party.IsBody)
        {
            draft.Passed = true;
            return null;
        }

        var details = json.Object("recordDetails");
        party.Identify(draft);
        draft.Type = party.Type;
        if (party.Name is { } name) draft.AddName(name);
        AddIdentifiers(draft, details);
        draft.Body = party.Body;
        if (details.Text("foundingDate") is { } founded) draft.Add(Headers.DateOf(Vocabulary.FoundedOn, founded));
        if (details.Text("dissolutionDate") is { } dissolved) draft.Add(Headers.DateOf(Vocabulary.DeregisteredOn, dissolved));
        if (!json.Items("annotations").Any(a => a.Object("createdBy").Text("name") is StatementJson.Author && StatementJson.AddFacts(draft, a.Text("description"))))
        {
            foreach (var other in details.Items("alternateNames"))
                if (other.ValueKind is JsonValueKind.String && other.GetString()!.Trim() is { Length: > 0 } text) draft.Add(new(Vocabulary.ShortName, text));
            if ((details.Object("jurisdiction").Text("code") ?? details.Object("jurisdiction").Text("name")) is { } country) draft.Add(new(Vocabulary.Country, country));
            if (details.Items("addresses").OrderBy(a => a.Text("type") is not "registered").Select(a => a.Text("address")).FirstOrDefault(a => a is not null) is { } address) draft.Add(new(Vocabulary.Address, address));
            if (details.Text("uri") is { } uri) draft.Add(new(Vocabulary.Website, uri));
            foreach (var listing in details.Object("publicListing").Items("securitiesListings"))
                if (listing.Object("security").Text("ticker") is { } ticker) Headers.StockCodes(draft, ticker);
        }

        draft.Seal();
        return null;
    }

    private static void AddIdentifiers(Draft draft, JsonElement details)
    {
        foreach (var identifier in details.Items("identifiers"))
        {
            if (identifier.Text("id") is not { } id) continue;
            var (scheme, name) = (identifier.Text("scheme"), identifier.Text("schemeName"));
            if (scheme is "XI-LEI" or "LEI") draft.AddLei(id);
            else if (scheme is not null && scheme.StartsWith("CN-", StringComparison.Ordinal)) draft.AddCode(id);
            else if (scheme is null && name is not null && Vocabulary.ByName.TryGetValue(name, out var property) && property.Type is ValueType.Identifier)
            {
                if (property == Vocabulary.RegistrationNumber) draft.AddRegistrationNumber(id);
                else draft.Add(new(property, id));
            }
            else if (scheme is { Length: >= 4 } && scheme.Contains('-', StringComparison.Ordinal))
            {
                var number = Claims.ForeignNumber(scheme, scheme is "GB-COH" ? Claims.CompanyNumber(id) : id);
                draft.Add(new(Vocabulary.ForeignNumber, number));
                draft.Body ??= Claims.ForeignBody(number);
            }
            else draft.Add(new(Vocabulary.OtherCode, id) { Original = (scheme ?? name) is { } told ? $"{told} {id}" : null });
        }
    }

    private static string? ReadRelationship(Draft draft, JsonElement json, PartyIndex index)
    {
        var details = json.Object("recordDetails");
        if (details.Text("subject") is not { } subjectRecord) return Text.RowSubjectUnnamed;
        if (index.Party(subjectRecord) is not { } subject) return Text.RowPartyMissing.With(subjectRecord);
        if (!subject.IsBody) return Text.RowSubjectUnnamed;
        var unspecified = details.Object("interestedParty");
        FileParty party;
        if (details.Text("interestedParty") is { } partyRecord)
        {
            if (index.Party(partyRecord) is not { } known) return Text.RowPartyMissing.With(partyRecord);
            party = known;
        }
        else if (unspecified.ValueKind is JsonValueKind.Object) party = Unnamed("", null, "unspecified", unspecified);
        else return Text.RowPartMissing.With("recordDetails", "interestedParty");

        subject.Identify(draft);
        var closed = json.Text("recordStatus") is "closed" ? json.Text("statementDate") : null;
        var components = string.Join('\n', details.Items("componentRecords").Where(c => c.ValueKind is JsonValueKind.String).Select(c => c.GetString()));
        var number = 0;
        foreach (var interest in details.Items("interests").DefaultIfEmpty())
        {
            if (ReadInterest(draft, json, interest, number++, party, components, closed) is { } problem) return problem;
        }

        draft.Seal();
        return null;
    }

    private static string? ReadInterest(Draft draft, JsonElement json, JsonElement interest, int number, FileParty party, string components, string? closed)
    {
        var type = interest.Text("type");
        if (type is not null && !Interests.Contains(type)) return Text.RowInterest.With(type);
        if (Claims.Period(interest.Text("startDate"), interest.Text("endDate") ?? closed, out var from, out var to) is { } wrong) return wrong;
        List<KeyValuePair<Field, string>> fields = [];
        if (ReadShare(interest.Object("share"), fields) is { } share) return share;
        var ours = json.Items("annotations").Where(a => a.Object("createdBy").Text("name") is StatementJson.Author && a.Text("statementPointerTarget") is { } target && (target == $"/recordDetails/interests/{number}" || (interest.ValueKind is not JsonValueKind.Object && target is "/recordDetails")))
            .Select(a => StatementJson.Relation(a.Text("description"))).FirstOrDefault(r => r is not null);
        var indirect = interest.Text("directOrIndirect") is "indirect" || (components.Length > 0 && interest.Text("directOrIndirect") is not "direct");
        if (ours is { } known)
        {
            List<KeyValuePair<Field, string>> all = [.. party.Identity(), .. fields, .. known.Fields];
            if (components.Length > 0) all.Add(new(Vocabulary.Fields.Components, components));
            draft.Add(party.Named(known) with { From = from ?? known.From, To = interest.Text("endDate") is null ? known.To : to, Fields = all });
            return null;
        }

        var none = interest.ValueKind is not JsonValueKind.Object && party.Unnamed is "unspecified"; // a reason why nobody is named, not an owner
        var property = indirect || none ? Vocabulary.DeclaredInterest
            : type is "shareholding" ? Vocabulary.Ownership
            : type is not null && Offices.ContainsKey(type) ? Vocabulary.Directorship : Vocabulary.Control;
        var said = interest.Text("details");
        var role = said ?? (property == Vocabulary.Directorship ? Offices[type!] : none || property == Vocabulary.Ownership || type is "otherInfluenceOrControl" ? null : type ?? "unknownInterest");
        fields.InsertRange(0, party.Fields(role is Vocabulary.LegalRepresentative ? null : party.Record)); // whose page is found by name and role
        if (role is not null) fields.Add(new(Vocabulary.Fields.Role, role));
        if (!none && property != Vocabulary.Ownership && type is not "otherInfluenceOrControl") fields.Add(new(Vocabulary.Fields.Interest, type ?? "unknownInterest"));
        if (interest.Text("directOrIndirect") is { } directness) fields.Add(new(Vocabulary.Fields.Directness, directness));
        if (interest.ValueKind is JsonValueKind.Object && interest.TryGetProperty("beneficialOwnershipOrControl", out var mark) && mark.ValueKind is JsonValueKind.True or JsonValueKind.False) fields.Add(new(Vocabulary.Fields.Beneficial, mark.ValueKind is JsonValueKind.True ? "true" : "false"));
        if (components.Length > 0 && indirect) fields.Add(new(Vocabulary.Fields.Components, components));
        if (json.Text("statementDate") is { } date) fields.Add(new(Vocabulary.Fields.Date, date));
        var source = json.Object("source");
        if (source.Text("url") is { } url && url.StartsWith("http", StringComparison.Ordinal)) fields.Add(new(Vocabulary.Fields.SourceUrl, url));
        if (string.Join("; ", source.Items("assertedBy").Select(a => a.Text("name")).OfType<string>()) is { Length: > 0 } asserted) fields.Add(new(Vocabulary.Fields.Authority, asserted));
        draft.Add(new(property, party.Name ?? "") { From = from, To = to, Fields = fields });
        return null;
    }

    private static string? ReadShare(JsonElement share, List<KeyValuePair<Field, string>> fields)
    {
        string? least = null, most = null;
        List<string> open = [];
        foreach (var (name, field) in Bounds)
        {
            if (share.ValueKind is not JsonValueKind.Object || !share.TryGetProperty(name, out var number) || number.ValueKind is JsonValueKind.Null) continue;
            if (Claims.Share(number.ToString()) is not { } value) return Text.RowPercent.With($"share.{name}", number.ToString());
            if (field == Vocabulary.Fields.Minimum && least is null) least = value;
            else if (field == Vocabulary.Fields.Maximum && most is null) most = value;
            else if (field != Vocabulary.Fields.Percent) continue; // the bound stands already, not included
            if (name.StartsWith("exclusive", StringComparison.Ordinal)) open.Add(field.Name);
            fields.Add(new(field, value));
        }

        if (least is not null && most is not null && Percent.Parse(least) > Percent.Parse(most)) return Text.RowBounds.With(least, most);
        if (open.Count > 0) fields.Add(new(Vocabulary.Fields.Open, string.Join(' ', open)));
        return null;
    }

    private static readonly (string Name, Field Field)[] Bounds =
    [
        ("exact", Vocabulary.Fields.Percent), ("exclusiveMinimum", Vocabulary.Fields.Minimum), ("minimum", Vocabulary.Fields.Minimum), ("exclusiveMaximum", Vocabulary.Fields.Maximum), ("maximum", Vocabulary.Fields.Maximum),
    ];
}
