using System.Buffers;
using System.Globalization;
using System.IO.Hashing;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Qijian.Modules.Registry;

/// <summary>
/// The register as statements of the Beneficial Ownership Data Standard 0.4: first all bodies, then each relation behind the persons and
/// mere names it needs, last the declared ones, whose components stand before them. One JSON array, or JSON Lines.
/// </summary>
internal sealed class BodsExport(RegisterReader reader, PartyIndex components, DateTimeOffset now, DateOnly newest, string publisher, bool lines)
{
    private static readonly JsonWriterOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly HashSet<string> Reasons =
    [
        "noBeneficialOwners", "subjectUnableToConfirmOrIdentifyBeneficialOwner", "interestedPartyHasNotProvidedInformation", "subjectExemptFromDisclosure", "interestedPartyExemptFromDisclosure", "unknown", "informationUnknownToPublisher",
    ];

    // What its own subject must be of a certain kind for, which the register does not keep.
    private static readonly HashSet<string> OfArrangements = ["settlor", "trustee", "protector", "nominee", "nominator"];
    private readonly DateOnly today = ChinaTime.Day(now);
    private readonly string publication = string.Create(CultureInfo.InvariantCulture, $"\"publicationDetails\":{{\"publicationDate\":\"{ChinaTime.Day(now):yyyy-MM-dd}\",\"bodsVersion\":\"0.4\",\"publisher\":{{\"name\":\"{JsonEncodedText.Encode(publisher, Plain.Encoder)}\"}}}},");
    private readonly ArrayBufferWriter<byte> buffer = new(4096);
    private Stream to = null!;
    private bool any;

    /// <summary>How many statements were written.</summary>
    public long Written { get; private set; }

    public async Task WriteAsync(Stream stream, CancellationToken ct)
    {
        to = stream;
        if (!lines) await to.WriteAsync("["u8.ToArray(), ct);
        var declared = false;
        await foreach (var body in reader.ReadAsync(ct))
        {
            Write(json => WriteEntity(json, body), SourceOf(body.Source), Day(body.Source?.RetrievedAt));
            foreach (var relation in body.Relations)
            {
                declared |= relation.IsDeclared;
                Note(relation);
            }
        }

        await foreach (var body in reader.ReadAsync(ct))
        {
            HashSet<string> stated = new(StringComparer.Ordinal);
            foreach (var relation in body.Relations.Where(r => !r.IsDeclared)) WriteRelation(body, relation, stated);
        }

        if (declared)
        {
            await foreach (var body in reader.ReadAsync(ct))
            {
                HashSet<string> stated = [.. body.Relations.Where(r => !r.IsDeclared).Select(r => r.Party.Id)];
                foreach (var relation in body.Relations.Where(r => r.IsDeclared)) WriteRelation(body, relation, stated);
            }
        }

        if (!lines) await to.WriteAsync("\n]\n"u8.ToArray(), ct);
        await to.FlushAsync(ct);
    }

    // Which relations are components of others is known by the records of the dataset they came from.
    private void Note(ExportedRelation relation)
    {
        if (relation.Record is not { } record) return;
        var made = $"m{record.Dataset}\n{record.Key}";
        components[made] = components[made] is { } before ? $"{before}\n{relation.Id}" : relation.Id;
        foreach (var component in ComponentsOf(relation)) components[$"c{record.Dataset}\n{component}"] = "";
    }

    private static string[] ComponentsOf(ExportedRelation relation) => relation.Statement[Vocabulary.Fields.Components]?.Split('\n') ?? [];

    private static void WriteEntity(Utf8JsonWriter json, ExportedBody body)
    {
        var company = body.Company;
        var facts = body.Statements.ToList();
        Head(json, company.Id, company.Id, "entity", "new");
        json.WriteStartObject("recordDetails");
        json.WriteBoolean("isComponent", false);
        WriteType(json, company.Type, facts.Find(f => f.Property == Vocabulary.LegalForm)?.Value);
        if (company.Name is { } name) json.WriteString("name", name);
        if (facts.Where(f => f.Property == Vocabulary.PreviousName || f.Property == Vocabulary.EnglishName || f.Property == Vocabulary.ShortName).Select(f => f.Value).Distinct(StringComparer.Ordinal).ToList() is { Count: > 0 } others)
        {
            json.WriteStartArray("alternateNames");
            foreach (var other in others) json.WriteStringValue(other);
            json.WriteEndArray();
        }

        if (facts.Find(f => f.Property == Vocabulary.Country)?.Value is { } country) WriteCountry(json, country);
        else if (company.CreditCode is not null) WriteCountry(json, "CN");
        WriteIdentifiers(json, company, facts);
        DateOnly? founded = DayOf(Vocabulary.FoundedOn), dissolved = DayOf(Vocabulary.DeregisteredOn);
        if (founded > dissolved) dissolved = null; // a contradiction: kept below, not claimed
        if (founded is { } from) json.WriteString("foundingDate", StatementJson.Iso(from));
        if (dissolved is { } until) json.WriteString("dissolutionDate", StatementJson.Iso(until));
        if (facts.Find(f => f.Property == Vocabulary.Address)?.Value is { } address)
        {
            json.WriteStartArray("addresses");
            json.WriteStartObject();
            json.WriteString("type", "registered");
            json.WriteString("address", address);
            json.WriteEndObject();
            json.WriteEndArray();
        }

        json.WriteEndObject();
        Annotate(json, "/recordDetails", StatementJson.OfFacts(facts.Where(f => !(f.Property == Vocabulary.Name || f.Property.Type is ValueType.Identifier || (f.Property == Vocabulary.FoundedOn && founded is not null) || (f.Property == Vocabulary.DeregisteredOn && dissolved is not null))).Concat(body.Events)));

        DateOnly? DayOf(Property property) => facts.Find(f => f.Property == property)?.Value is { } value ? Projector.DayOf(value) : null;
    }

    private static void WriteType(Utf8JsonWriter json, EntityType type, string? form)
    {
        json.WriteStartObject("entityType");
        json.WriteString("type", type switch { EntityType.Company => "registeredEntity", EntityType.PublicBody => "stateBody", _ => "legalEntity" });
        if (type is EntityType.Organization or EntityType.LegalEntity) json.WriteString("details", type.ToString());
        else if (form is not null) json.WriteString("details", form);
        json.WriteEndObject();
    }

    private static void WriteCountry(Utf8JsonWriter json, string country)
    {
        json.WriteStartObject("jurisdiction");
        json.WriteString("name", country is "CN" ? "China" : country);
        if (country.Length is >= 2 and <= 6 && char.IsAsciiLetterUpper(country[0])) json.WriteString("code", country);
        json.WriteEndObject();
    }

    private static void WriteIdentifiers(Utf8JsonWriter json, Company company, List<Statement> facts)
    {
        List<(string? Scheme, string? Name, string Id)> all =
            [.. facts.Where(f => f.Property.Type is ValueType.Identifier).Select(f =>
                f.Property == Vocabulary.CreditCode ? ("CN-USCI", null, f.Value) : f.Property == Vocabulary.Lei ? ("XI-LEI", null, f.Value)
                : f.Property == Vocabulary.ForeignNumber && f.Value.Split('-', 3) is [var land, var register, var number] ? ($"{land}-{register}", null, number) : ((string?)null, f.Property.Name, f.Value))];
        if (company.CreditCode is { } code && !all.Exists(i => i.Scheme is "CN-USCI")) all.Add(("CN-USCI", null, code));
        if (company.Lei is { } lei && !all.Exists(i => i.Scheme is "XI-LEI")) all.Add(("XI-LEI", null, lei));
        if (all.Count == 0) return;
        json.WriteStartArray("identifiers");
        foreach (var (scheme, name, id) in all)
        {
            json.WriteStartObject();
            json.WriteString("id", id);
            if (scheme is not null) json.WriteString("scheme", scheme);
            else json.WriteString("schemeName", name);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private void WriteRelation(ExportedBody body, ExportedRelation relation, HashSet<string> stated)
    {
        var (subject, party, statement) = (body.Company.Id, relation.Party, relation.Statement);
        var kind = statement[Vocabulary.Fields.Unnamed];
        var nobody = party.Type is EntityType.Unknown && kind is not ("anonymousPerson" or "unknownPerson" or "anonymousEntity" or "unknownEntity");
        var day = statement[Vocabulary.Fields.Date] is { } said && Headers.ParseDate(said) is { } stateday && stateday <= today ? stateday : Day(relation.Source.RetrievedAt);
        if (!party.IsBody && !nobody && stated.Add(party.Id)) Write(json => WriteParty(json, subject, party, statement, kind), SourceOf(relation.Source), Day(relation.Source.RetrievedAt));
        Write(json =>
        {
            var isComponent = relation.Record is { } record && components[$"c{record.Dataset}\n{record.Key}"] is not null;
            Head(json, relation.Id, subject, "relationship", statement.To is { } end && end <= today ? "closed" : "new");
            json.WriteStartObject("recordDetails");
            json.WriteBoolean("isComponent", isComponent);
            if (!isComponent && relation.Record is { } own && ComponentsOf(relation).SelectMany(c => components[$"m{own.Dataset}\n{c}"]?.Split('\n') ?? []).Where(c => c != relation.Id).ToList() is { Count: > 0 } parts)
            {
                json.WriteStartArray("componentRecords");
                foreach (var part in parts) json.WriteStringValue(part);
                json.WriteEndArray();
            }

            json.WriteString("subject", subject);
            if (nobody) WriteUnspecified(json, "interestedParty", statement);
            else json.WriteString("interestedParty", party.Id);
            json.WriteStartArray("interests");
            var native = WriteInterest(json, relation);
            json.WriteEndArray();
            json.WriteEndObject();
            Annotate(json, "/recordDetails/interests/0", StatementJson.OfRelation(statement, party.Type is EntityType.Unknown ? statement.Value : null, !(statement.From > statement.To), native));
        }, SourceOf(relation.Source, statement[Vocabulary.Fields.Authority], statement[Vocabulary.Fields.SourceUrl]), day);
    }

    private static void WriteParty(Utf8JsonWriter json, string subject, ExportedParty party, Statement statement, string? kind)
    {
        var person = party.Type is EntityType.Person || kind is "anonymousPerson" or "unknownPerson";
        Head(json, party.Id, subject, person ? "person" : "entity", "new");
        json.WriteStartObject("recordDetails");
        json.WriteBoolean("isComponent", false);
        if (person)
        {
            json.WriteString("personType", party.Type is EntityType.Person ? "knownPerson" : kind);
            if (party.Name is { } name)
            {
                json.WriteStartArray("names");
                json.WriteStartObject();
                json.WriteString("fullName", name);
                json.WriteEndObject();
                json.WriteEndArray();
            }

            if (party.Type is EntityType.Unknown) WriteUnspecified(json, "unspecifiedPersonDetails", statement);
        }
        else
        {
            if (party.Type is EntityType.Unknown)
            {
                json.WriteStartObject("entityType");
                json.WriteString("type", kind);
                json.WriteEndObject();
                WriteUnspecified(json, "unspecifiedEntityDetails", statement);
            }
            else WriteType(json, party.Type, null);
            if (party.Name is { } name) json.WriteString("name", name);
        }

        json.WriteEndObject();
    }

    private static void WriteUnspecified(Utf8JsonWriter json, string member, Statement statement)
    {
        json.WriteStartObject(member);
        json.WriteString("reason", statement[Vocabulary.Fields.Reason] is { } reason && Reasons.Contains(reason) ? reason : "informationUnknownToPublisher");
        if ((statement[Vocabulary.Fields.Remark] ?? statement[Vocabulary.Fields.Reason]) is { } remark) json.WriteString("description", remark);
        json.WriteEndObject();
    }

    // Writes what the standard has words for, and says which fields that leaves nothing of.
    private static HashSet<Field> WriteInterest(Utf8JsonWriter json, ExportedRelation relation)
    {
        var statement = relation.Statement;
        HashSet<Field> native = [Vocabulary.Fields.PartyType, Vocabulary.Fields.Components];
        if (relation.Party.IsBody) native.UnionWith([Vocabulary.Fields.PartyCode, Vocabulary.Fields.PartyLei, Vocabulary.Fields.PartyId]);
        var (role, interest) = (statement[Vocabulary.Fields.Role], statement[Vocabulary.Fields.Interest]);
        var type = TypeOf(statement, role, interest);
        json.WriteStartObject();
        json.WriteString("type", type);
        var directness = statement[Vocabulary.Fields.Directness] is "direct" or "indirect" or "unknown" ? statement[Vocabulary.Fields.Directness]
            : relation.IsDeclared ? interest is null && statement[Vocabulary.Fields.Components] is null ? "unknown" : "indirect"
            : statement.Property == Vocabulary.Ownership || statement.Property == Vocabulary.Directorship || statement.Property == Vocabulary.Branch ? "direct" : "unknown";
        json.WriteString("directOrIndirect", directness);
        if (statement[Vocabulary.Fields.Beneficial] is { } mark && (mark is "false" || relation.Party.Type is EntityType.Person)) json.WriteBoolean("beneficialOwnershipOrControl", mark is "true");
        var details = role is not null && role != type ? role : statement.Property == Vocabulary.Branch ? "branch" : statement.Property == Vocabulary.FundManagement ? "fund management" : interest is not null && interest != type ? interest : null;
        if (details is not null) json.WriteString("details", details);
        decimal? exact = Percent.Parse(statement[Vocabulary.Fields.Percent]), least = Percent.Parse(statement[Vocabulary.Fields.Minimum]), most = Percent.Parse(statement[Vocabulary.Fields.Maximum]);
        if (exact is not null || least is not null || most is not null)
        {
            json.WriteStartObject("share");
            var open = statement[Vocabulary.Fields.Open]?.Split(' ') ?? [];
            if (exact is { } share)
            {
                json.WriteNumber("exact", share);
                native.Add(Vocabulary.Fields.Percent);
            }
            else if (!(least > most))
            {
                if (least is { } from) json.WriteNumber(open.Contains("minimum", StringComparer.Ordinal) ? "exclusiveMinimum" : "minimum", from);
                if (most is { } until) json.WriteNumber(open.Contains("maximum", StringComparer.Ordinal) ? "exclusiveMaximum" : "maximum", until);
                native.UnionWith([Vocabulary.Fields.Minimum, Vocabulary.Fields.Maximum, Vocabulary.Fields.Open]);
            }

            json.WriteEndObject();
        }

        if (!(statement.From > statement.To))
        {
            if (statement.From is { } start) json.WriteString("startDate", StatementJson.Iso(start));
            if (statement.To is { } end) json.WriteString("endDate", StatementJson.Iso(end));
        }

        json.WriteEndObject();
        return native;
    }

    private static string TypeOf(Statement statement, string? role, string? interest)
    {
        if (interest is not null && BodsRows.Interests.Contains(interest) && !OfArrangements.Contains(interest)) return interest;
        if (statement.Property == Vocabulary.Ownership) return "shareholding";
        if (statement.Property == Vocabulary.DeclaredInterest) return "unknownInterest";
        if (statement.Property == Vocabulary.FundManagement) return "rightsGrantedByContract";
        if (statement.Property != Vocabulary.Directorship) return "otherInfluenceOrControl";
        return role is null ? "seniorManagingOfficial" : role.Contains("监事", StringComparison.Ordinal) ? "otherInfluenceOrControl" : role is "董事长" ? "boardChair" : role.Contains("董事", StringComparison.Ordinal) ? "boardMember" : "seniorManagingOfficial";
    }

    private static void Head(Utf8JsonWriter json, string record, string subject, string type, string status)
    {
        json.WriteString("declarationSubject", subject);
        json.WriteString("recordId", record);
        json.WriteString("recordType", type);
        json.WriteString("recordStatus", status);
    }

    private static void Annotate(Utf8JsonWriter json, string target, string description)
    {
        json.WriteStartArray("annotations");
        json.WriteStartObject();
        json.WriteString("statementPointerTarget", target);
        json.WriteString("motivation", "commenting");
        json.WriteStartObject("createdBy");
        json.WriteString("name", StatementJson.Author);
        json.WriteEndObject();
        json.WriteString("description", description);
        json.WriteEndObject();
        json.WriteEndArray();
    }

    private Action<Utf8JsonWriter> SourceOf(Provenance? source, string? authority = null, string? link = null) => json =>
    {
        if (source is null) return;
        json.WriteStartObject("source");
        json.WriteStartArray("type");
        json.WriteStringValue(source.Basis switch { Basis.Derived => "thirdParty", Basis.User => "verified", _ => "officialRegister" });
        json.WriteEndArray();
        json.WriteString("description", string.Create(CultureInfo.InvariantCulture, $"{(source.Fictional ? "fictional, " : "")}{source.Basis switch { Basis.Derived => "derived by rule", Basis.User => "accepted correction", _ => "filed" }}; dataset {source.Dataset}, record {source.Record}; first seen {ChinaTime.Day(source.FirstSeen):yyyy-MM-dd}, last seen {ChinaTime.Day(source.LastSeen):yyyy-MM-dd}{(source.InLatest ? "" : ", not in the latest snapshot")}"));
        if (Uri.TryCreate(link ?? source.Url, UriKind.Absolute, out var uri) && Uri.IsWellFormedUriString(uri.AbsoluteUri, UriKind.Absolute)) json.WriteString("url", uri.AbsoluteUri);
        json.WriteString("retrievedAt", (source.RetrievedAt < now ? source.RetrievedAt : now).UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
        if ((authority ?? source.Publisher) is { } asserted)
        {
            json.WriteStartArray("assertedBy");
            json.WriteStartObject();
            json.WriteString("name", asserted);
            json.WriteEndObject();
            json.WriteEndArray();
        }

        json.WriteEndObject();
    };

    private DateOnly Day(DateTimeOffset? retrieved) => retrieved is { } time && ChinaTime.Day(time) is var day ? day < today ? day : today : newest;

    // A statement's number is that of what it says: another word, another statement; the same word, the same one, on any day.
    private void Write(Action<Utf8JsonWriter> body, Action<Utf8JsonWriter> source, DateOnly day)
    {
        buffer.ResetWrittenCount();
        using (Utf8JsonWriter json = new(buffer, Plain))
        {
            json.WriteStartObject();
            json.WriteString("statementDate", StatementJson.Iso(day));
            body(json);
            source(json);
            json.WriteEndObject();
        }

        var said = buffer.WrittenSpan;
        var id = Convert.ToHexStringLower(XxHash128.Hash(said));
        to.Write(any ? lines ? "\n"u8 : ",\n"u8 : lines ? ""u8 : "\n"u8);
        any = true;
        to.Write(Encoding.UTF8.GetBytes($"{{\"statementId\":\"{id}\",{publication}"));
        to.Write(said[1..]);
        Written++;
    }
}
