using System.Collections.Frozen;

namespace Qijian.Modules.Registry;

/// <summary>
/// GLEIF golden copies as CSV: level 1 (who is who) and relationship records (who owns whom). Headers are dotted
/// (<c>Relationship.StartNode.NodeID</c>) or in snake case, and optional columns may be missing.
/// </summary>
internal static class LeiRows
{
    public static IEnumerable<RowOutcome> ReadEntities(SourceFile file, long skip, HashSet<string> ignored) => Rows.OfCsv(file, skip, headers =>
    {
        var column = Columns(headers);
        ignored.UnionWith(headers); // until a row asks for the column
        int lei = Need("lei", "LEI"), name = Need("entitylegalname", "Entity.LegalName");
        return (draft, value) =>
        {
            if (ProblemOf(headers, value) is { } problem) return problem;
            if (value(lei).Trim() is not { Length: > 0 } code) return Text.RowNoName;
            draft.AddLei(code);
            if (draft.Lei is null) return Text.RowLei.With(code);
            if (Of("entitylegalname") is { } legalName) draft.AddName(legalName);
            draft.Type = Of("entityentitycategory") switch { "FUND" => EntityType.Organization, "RESIDENT_GOVERNMENT_ENTITY" or "INTERNATIONAL_ORGANIZATION" => EntityType.PublicBody, "SOLE_PROPRIETOR" => EntityType.LegalEntity, _ => EntityType.Company };
            if (Of("entityentitystatus") is { } status and not "NULL") Headers.Status(draft, status);
            if ((Of("entitylegalformotherlegalform") ?? Of("entitylegalformentitylegalformcode")) is { } form) draft.Add(new(Vocabulary.LegalForm, form));
            if ((Of("entitylegaljurisdiction") ?? Of("entitylegaladdresscountry")) is { } country) draft.Add(new(Vocabulary.Country, country));
            if (Address() is { Length: > 0 } address) draft.Add(new(Vocabulary.Address, address));
            if (Of("entitylegaladdresscity") is { } city) draft.Add(new(Vocabulary.City, city));
            if (Of("entityentitycreationdate") is { } founded) draft.Add(Headers.DateOf(Vocabulary.FoundedOn, founded));
            if (Of("registrationregistrationstatus") is { } registration) draft.Add(new(Vocabulary.LeiStatus, registration));
            if (Of("entityregistrationauthorityregistrationauthorityentityid") is { } local && Draft.IsCreditCodeShaped(local)) draft.AddCode(local);
            draft.GivenKey = draft.Lei;
            draft.Seal();
            return null;

            string? Of(string header)
            {
                if (!column.TryGetValue(header, out var index)) return null;
                ignored.Remove(headers[index]);
                return value(index).Trim() is { Length: > 0 } text ? text : null;
            }

            string Address() => string.Join(", ", new[] { Of("entitylegaladdressfirstaddressline"), Of("entitylegaladdresscity"), Of("entitylegaladdressregion"), Of("entitylegaladdresspostalcode"), Of("entitylegaladdresscountry") }.OfType<string>());
        };

        int Need(string header, string shown)
        {
            if (!column.TryGetValue(header, out var index)) throw new ImportException(Text.ImportMissingColumn.With(shown));
            ignored.Remove(headers[index]);
            return index;
        }
    });

    public static IEnumerable<RowOutcome> ReadRelationships(SourceFile file, long skip, HashSet<string> ignored) => Rows.OfCsv(file, skip, headers =>
    {
        var column = Columns(headers);
        ignored.UnionWith(headers); // until a row asks for the column
        int start = Need("relationshipstartnodenodeid", "Relationship.StartNode.NodeID"), end = Need("relationshipendnodenodeid", "Relationship.EndNode.NodeID"), type = Need("relationshiprelationshiptype", "Relationship.RelationshipType");
        return (draft, value) =>
        {
            if (ProblemOf(headers, value) is { } problem) return problem;
            draft.AddLei(value(start).Trim());
            var other = value(end).Trim().ToUpperInvariant();
            if (draft.Lei is null) return Text.RowLei.With(value(start));
            if (other.Length != 20) return Text.RowLei.With(other);
            if (!Kinds.TryGetValue(value(type).Trim(), out var kind)) return Text.RowRelationship.With(value(type));
            var (from, to) = Period();
            List<KeyValuePair<Field, string>> fields = [new(Vocabulary.Fields.PartyType, nameof(EntityType.Company)), new(Vocabulary.Fields.PartyLei, other), new(Vocabulary.Fields.Role, kind.Role)];
            if (Of("relationshipqualifiers1qualifiercategory") is { } accounting) fields.Add(new(Vocabulary.Fields.Accounting, accounting));
            if (Of("relationshipquantifiers1quantifieramount") is { } quantity) fields.Add(new(Vocabulary.Fields.Consolidation, $"{quantity} {Of("relationshipquantifiers1quantifierunits")}".TrimEnd()));
            if (Of("registrationvalidationreference") is { } url && url.StartsWith("http", StringComparison.Ordinal)) fields.Add(new(Vocabulary.Fields.SourceUrl, url));
            if (Of("relationshiprelationshipstatus") is { } state) fields.Add(new(Vocabulary.Fields.Result, state));
            draft.Add(new(kind.Property, "") { From = from, To = to, Fields = fields });
            draft.GivenKey = $"{draft.Lei}>{value(type).Trim()}>{other}";
            draft.Seal();
            return null;

            string? Of(string header)
            {
                if (!column.TryGetValue(header, out var index)) return null;
                ignored.Remove(headers[index]);
                return value(index).Trim() is { Length: > 0 } text ? text : null;
            }


            // The period of the relationship itself; accounting and filing periods say when it was reported.
            (DateOnly?, DateOnly?) Period()
            {
                for (var i = 1; i <= 5; i++)
                    if (Of($"relationshipperiod{i}periodtype") is "RELATIONSHIP_PERIOD")
                        return (Of($"relationshipperiod{i}startdate") is { } a ? Headers.ParseDate(a) : null, Of($"relationshipperiod{i}enddate") is { } b ? Headers.ParseDate(b) : null);
                return (null, null);
            }
        };

        int Need(string header, string shown)
        {
            if (!column.TryGetValue(header, out var index)) throw new ImportException(Text.ImportMissingColumn.With(shown));
            ignored.Remove(headers[index]);
            return index;
        }
    });

    /// <summary>Which of the two a header row belongs to: null for neither.</summary>
    public static string? FormatOf(IEnumerable<string> headers)
    {
        var plain = headers.Select(Plain).ToHashSet(StringComparer.Ordinal);
        return plain.Contains("relationshipstartnodenodeid") ? "lei-rr" : plain.Contains("entitylegalname") ? "lei" : null;
    }

    // The start node reports; the end node is its parent, its head office, its manager or its umbrella fund.
    private static readonly FrozenDictionary<string, (Property Property, string Role)> Kinds = new Dictionary<string, (Property, string)>(StringComparer.Ordinal)
    {
        ["IS_DIRECTLY_CONSOLIDATED_BY"] = (Vocabulary.Control, "direct"),
        ["IS_ULTIMATELY_CONSOLIDATED_BY"] = (Vocabulary.Control, "ultimate"),
        ["IS_INTERNATIONAL_BRANCH_OF"] = (Vocabulary.Branch, "internationalBranch"),
        ["IS_FUND-MANAGED_BY"] = (Vocabulary.FundManagement, "manager"),
        ["IS_SUBFUND_OF"] = (Vocabulary.FundManagement, "umbrella"),
        ["IS_FEEDER_TO"] = (Vocabulary.FundManagement, "master"),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private static Dictionary<string, int> Columns(IReadOnlyList<string> headers)
    {
        Dictionary<string, int> columns = new(StringComparer.Ordinal);
        for (var i = 0; i < headers.Count; i++) columns.TryAdd(Plain(headers[i]), i);
        return columns;
    }

    private static string? ProblemOf(IReadOnlyList<string> headers, Func<int, string> value)
    {
        for (var i = 0; i < headers.Count; i++)
            if (Rows.ProblemOf(headers[i], value(i)) is { } problem) return problem;
        return null;
    }

    private static string Plain(string header) => string.Concat(header.Where(char.IsLetterOrDigit)).ToLowerInvariant();
}
