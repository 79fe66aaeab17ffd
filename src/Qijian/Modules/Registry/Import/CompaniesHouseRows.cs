using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Qijian.Modules.Registry;

/// <summary>
/// The United Kingdom's register: basic company data as CSV, persons with significant control as JSON Lines. A company is the same body in both,
/// by its number. Of persons only names are taken; a nature of control with a band of shares is a range.
/// </summary>
internal static partial class CompaniesHouseRows
{
    private const string Scheme = "GB-COH";

    /// <summary>Which of the two a header belongs to: null for neither.</summary>
    public static bool IsCompanyHeader(IEnumerable<string> headers)
    {
        var plain = headers.Select(Plain).ToHashSet(StringComparer.Ordinal);
        return plain.Contains("companynumber") && plain.Contains("companycategory");
    }

    /// <summary>Whether a file begins like one of persons with significant control.</summary>
    public static bool Recognises(string start) =>
        start.AsSpan().TrimStart().StartsWith('{') && start.Contains("\"company_number\"", StringComparison.Ordinal) && start.Contains("\"data\"", StringComparison.Ordinal);

    public static IEnumerable<RowOutcome> ReadCompanies(SourceFile file, long skip, HashSet<string> ignored) => Rows.OfCsv(file, skip, headers =>
    {
        Dictionary<string, int> column = new(StringComparer.Ordinal);
        for (var i = 0; i < headers.Count; i++) column.TryAdd(Plain(headers[i]), i);
        ignored.UnionWith(headers); // until a row asks for the column
        foreach (var needed in (string[])["companyname", "companynumber"])
            if (!column.ContainsKey(needed)) throw new ImportException(Text.ImportMissingColumn.With(needed is "companyname" ? "CompanyName" : "CompanyNumber"));
        return (draft, value) =>
        {
            for (var i = 0; i < headers.Count; i++)
                if (Rows.ProblemOf(headers[i], value(i)) is { } problem) return problem;
            if (Of("companynumber") is not { } number) return Text.RowNoName;
            Identify(draft, number);
            draft.Type = EntityType.Company;
            draft.GivenKey = Claims.CompanyNumber(number);
            if (Of("companyname") is { } name) draft.AddName(name);
            draft.Add(new(Vocabulary.ForeignNumber, Claims.ForeignNumber(Scheme, Claims.CompanyNumber(number))));
            draft.Add(new(Vocabulary.Country, "GB"));
            if (Of("companystatus") is { } status) Headers.Status(draft, status);
            if (Of("companycategory") is { } category) draft.Add(new(Vocabulary.LegalForm, category));
            if (Of("incorporationdate") is { } founded) draft.Add(DateOf(Vocabulary.FoundedOn, founded));
            if (Of("dissolutiondate") is { } dissolved) draft.Add(DateOf(Vocabulary.DeregisteredOn, dissolved));
            if (string.Join("; ", Enumerable.Range(1, 4).Select(i => Of($"siccodesictext{i}")).Where(t => t is not (null or "None Supplied"))) is { Length: > 0 } industry) draft.Add(new(Vocabulary.Industry, industry));
            if (string.Join(", ", Address.Select(Of).OfType<string>()) is { Length: > 0 } address) draft.Add(new(Vocabulary.Address, address));
            if (Of("regaddressposttown") is { } city) draft.Add(new(Vocabulary.City, city));
            if (Of("uri") is { } uri) draft.Add(new(Vocabulary.Website, uri));
            for (var i = 1; i <= 10; i++)
                if (Of($"previousname{i}companyname") is { } former) draft.Add(new(Vocabulary.PreviousName, former) { To = Of($"previousname{i}condate") is { } until ? DayOf(until) : null });
            draft.Seal();
            return null;

            string? Of(string header)
            {
                if (!column.TryGetValue(header, out var index)) return null;
                ignored.Remove(headers[index]);
                return value(index).Trim() is { Length: > 0 } text ? text : null;
            }
        };
    });

    public static IEnumerable<RowOutcome> ReadControl(SourceFile file, long skip, HashSet<string> ignored) => Rows.OfJson(file, skip, (draft, json) =>
    {
        if (Claims.ProblemOf(json) is { } problem) return problem;
        var data = json.Object("data");
        if (data.ValueKind is not JsonValueKind.Object) return Text.RowPartMissing.With("row", "data");
        var kind = data.Text("kind");
        if (kind?.StartsWith("totals", StringComparison.Ordinal) is true)
        {
            draft.Passed = true; // the last line counts the others
            return null;
        }

        if (json.Text("company_number") is not { } number) return Text.RowPartMissing.With("row", "company_number");
        if (data.Object("links").Text("self") is not { } self) return Text.RowPartMissing.With("data", "links.self");
        if (Claims.Period(data.Text("notified_on"), data.Text("ceased_on"), out var from, out var to) is { } wrong) return wrong;
        if (PartyOf(kind, data, self) is not { } party) return Text.RowKind.With(kind ?? "");
        Identify(draft, number);
        draft.GivenKey = self;
        var individual = party.Type is EntityType.Person || party.Unnamed is "anonymousPerson";
        foreach (var nature in data.Items("natures_of_control").Select(n => n.ToString()))
        {
            if (NatureOf(nature) is not { } control) return Text.RowInterest.With(nature);
            List<KeyValuePair<Field, string>> fields = [.. party.Fields(party.Record), .. control.Shares];
            if (control.Role is { } role) fields.Add(new(Vocabulary.Fields.Role, role));
            if (control.Interest is { } interest) fields.Add(new(Vocabulary.Fields.Interest, interest));
            if (individual) fields.Add(new(Vocabulary.Fields.Beneficial, "true"));
            draft.Add(new(control.Kind, party.Name ?? "") { From = from, To = to, Fields = fields });
        }

        if (draft.Relations == 0) // a statement of the company, or somebody who is protected
            draft.Add(new(party.Unnamed is "unspecified" ? Vocabulary.DeclaredInterest : Vocabulary.Control, party.Name ?? "") { From = from, To = to, Fields = [.. party.Fields(party.Record)] });
        foreach (var member in data.EnumerateObject())
            if (member.Name is not ("kind" or "links" or "notified_on" or "ceased_on" or "name" or "natures_of_control" or "statement" or "description" or "identification")) ignored.Add($"data.{member.Name}");
        draft.Seal();
        return null;
    });

    private static void Identify(Draft draft, string number) => draft.Identify(null, null, null, Claims.ForeignBody(Claims.ForeignNumber(Scheme, Claims.CompanyNumber(number))));

    private static FileParty? PartyOf(string? kind, JsonElement data, string self)
    {
        var record = self[(self.LastIndexOf('/') + 1)..];
        var name = data.Text("name");
        if (kind is null) return null;
        if (kind.StartsWith("super-secure", StringComparison.Ordinal)) return new(EntityType.Unknown, record, null) { Unnamed = "anonymousPerson", Reason = data.Text("description") ?? kind };
        if (kind is "persons-with-significant-control-statement") return new(EntityType.Unknown, record, null) { Unnamed = "unspecified", Reason = data.Text("statement") ?? kind };
        if (name is null) return null;
        if (kind.StartsWith("individual", StringComparison.Ordinal)) return new(EntityType.Person, record, name);
        if (!kind.StartsWith("corporate-entity", StringComparison.Ordinal) && !kind.StartsWith("legal-person", StringComparison.Ordinal)) return null;
        var identification = data.Object("identification");
        var number = identification.Text("registration_number");
        var British = string.Join(' ', identification.Text("country_registered"), identification.Text("place_registered"));
        var body = number is not null && CompanyNumber().IsMatch(number) && Home().IsMatch(British) ? Claims.ForeignBody(Claims.ForeignNumber(Scheme, Claims.CompanyNumber(number))) : null;
        return new(kind.StartsWith("legal-person", StringComparison.Ordinal) ? EntityType.LegalEntity : EntityType.Company, record, name, Body: body);
    }

    private sealed record Nature(Property Kind, string? Role, string? Interest, KeyValuePair<Field, string>[] Shares);

    // ownership-of-shares-25-to-50-percent-as-trust: of what, how much, in which capacity.
    private static Nature? NatureOf(string nature)
    {
        var parts = Band().Match(nature);
        var subject = parts.Success ? nature[..parts.Index] : nature;
        var capacity = Capacity().Match(nature) is { Success: true } held ? held.Value : null;
        if (!parts.Success && capacity is not null) subject = subject[..^(capacity.Length + 1)];
        var shares = parts.Success ? ShareOf(parts.Groups["band"].Value) : [];
        if (subject.StartsWith("ownership-of-shares", StringComparison.Ordinal)) return new(Vocabulary.Ownership, capacity, null, shares);
        var interest = subject.StartsWith("voting-rights", StringComparison.Ordinal) ? "votingRights"
            : subject.StartsWith("right-to-share-surplus-assets", StringComparison.Ordinal) || subject.StartsWith("part-right-to-share-surplus-assets", StringComparison.Ordinal) ? "rightsToSurplusAssetsOnDissolution"
            : subject.StartsWith("right-to-appoint-and-remove", StringComparison.Ordinal) ? "appointmentOfBoard"
            : subject.StartsWith("significant-influence-or-control", StringComparison.Ordinal) ? "otherInfluenceOrControl" : null;
        return interest is null ? null : new(Vocabulary.Control, capacity is null ? interest : $"{interest} {capacity}", interest, shares);
    }

    // More than 25 but not more than 50; more than 50 but less than 75; 75 or more: the bands of the law.
    private static KeyValuePair<Field, string>[] ShareOf(string band) => band switch
    {
        "25-to-50-percent" => [new(Vocabulary.Fields.Minimum, "25"), new(Vocabulary.Fields.Maximum, "50"), new(Vocabulary.Fields.Open, "minimum")],
        "50-to-75-percent" => [new(Vocabulary.Fields.Minimum, "50"), new(Vocabulary.Fields.Maximum, "75"), new(Vocabulary.Fields.Open, "minimum maximum")],
        "more-than-25-percent" => [new(Vocabulary.Fields.Minimum, "25"), new(Vocabulary.Fields.Maximum, "100"), new(Vocabulary.Fields.Open, "minimum")],
        _ => [new(Vocabulary.Fields.Minimum, "75"), new(Vocabulary.Fields.Maximum, "100")],
    };

    private static readonly string[] Address = ["regaddresscareof", "regaddresspobox", "regaddressaddressline1", "regaddressaddressline2", "regaddressposttown", "regaddresscounty", "regaddresscountry", "regaddresspostcode"];

    // Days are written 31/12/2019.
    private static DateOnly? DayOf(string text) => DateOnly.TryParseExact(text, "dd/MM/yyyy", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) ? day : Headers.ParseDate(text);

    private static Statement DateOf(Property property, string text) => DayOf(text) is { } day ? new(property, StatementJson.Iso(day)) { Original = text } : new(property, text);

    private static string Plain(string header) => string.Concat(header.Where(char.IsLetterOrDigit)).ToLowerInvariant();

    [GeneratedRegex("-(?<band>25-to-50-percent|50-to-75-percent|75-to-100-percent|more-than-25-percent)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Band();

    [GeneratedRegex("as-(trust|firm)|as-(trust|firm)-registered-overseas-entity|registered-overseas-entity|limited-liability-partnership|as-control-over-(trust|firm)(-registered-overseas-entity)?$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Capacity();

    [GeneratedRegex("^([A-Za-z]{2}[0-9]{6}|[0-9]{6,8})$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex CompanyNumber();

    [GeneratedRegex("united kingdom|england|scotland|wales|northern ireland|great britain|companies house|\\bUK\\b|\\bGB\\b", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Home();
}
