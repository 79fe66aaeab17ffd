using System.Text.RegularExpressions;
using Qijian.Modules.Registry;
using ValueType = Qijian.Modules.Registry.ValueType;

namespace Qijian.Modules.Search;

/// <summary>Values of properties for companies that were reconciled.</summary>
internal sealed class ExtendCompanies(ICompanyLookup companies)
{
    /// <summary>One look-up an id. An id that nothing is known of has no values.</summary>
    public async Task<ExtendedJson> RunAsync(ExtendQuery query, CancellationToken ct)
    {
        Dictionary<string, IReadOnlyDictionary<string, IReadOnlyList<ValueJson>>> rows = new(StringComparer.Ordinal);
        foreach (var id in query.Ids.Distinct(StringComparer.Ordinal))
        {
            var found = await companies.FindAsync(id, default, ct);
            if (found is CompanyLookupResult.Moved(var other)) found = await companies.FindAsync(other, default, ct);
            var view = (found as CompanyLookupResult.Found)?.Company;
            Dictionary<string, IReadOnlyList<ValueJson>> values = new(StringComparer.Ordinal);
            foreach (var (property, limit) in query.Properties) values[property] = view is null ? [] : [.. (ReconcileProperty.Find(property)?.Read(view) ?? []).Take(limit)];
            rows[id] = values;
        }

        return new([.. query.Properties.Select(p => p.Id).Distinct(StringComparer.Ordinal).Select(p => ReconcileProperty.Find(p) is { } known ? new MetaJson(known.Id, known.Name, known.IsCompany ? ReconcileType.Of(EntityType.Company)[0] : null) : new(p, p, null))], rows);
    }
}

/// <summary>A property to match by or to fetch.</summary>
internal sealed partial record ReconcileProperty(string Id, Func<string> Label, Func<CompanyView, IEnumerable<ValueJson>> Read, bool IsCompany = false)
{
    /// <summary>Every property, in the order of the vocabulary: the values of a company, then whom it is related to.</summary>
    public static IReadOnlyList<ReconcileProperty> All { get; } =
    [
        .. Vocabulary.ById.Values.Where(p => p.Type is not (ValueType.Relation or ValueType.Event)).OrderBy(p => p.Id).Select(Of),
        new("region", () => Text.FieldRegion, v => Texts($"{v.Summary.Province}{v.Summary.City}")),
        new("legalRepresentative", () => Text.FieldRepresentative, v => Texts(v.Summary.LegalRepresentative)),
        new("owners", () => Vocabulary.Ownership.Label, v => Parties(v.Owners.Select(r => r.From)), IsCompany: true),
        new("parents", () => Text.FieldParents, v => Parties(v.Parents.Select(r => r.From)), IsCompany: true),
        new("branches", () => Vocabulary.Branch.Label, v => Parties(v.Branches.Select(r => r.To)), IsCompany: true),
    ];

    public string Name => Label();

    public static ReconcileProperty? Find(string id) => All.FirstOrDefault(p => string.Equals(p.Id, id, StringComparison.Ordinal));

    private static ReconcileProperty Of(Property property) => new(property.Name, () => property.Label, property.Type switch
    {
        ValueType.Date => v => Facts(v, property).Select(f => Day().IsMatch(f.Value) ? new ValueJson { Date = $"{f.Value}T00:00:00Z" } : new() { Str = f.Value }),
        ValueType.Status => v => Texts(v.Summary.Status?.Label()),
        _ => v => Facts(v, property).Select(f => new ValueJson { Str = f.Value }),
    });

    // Of a property with one value only the one that holds now; of others, each value once.
    private static IEnumerable<Fact> Facts(CompanyView view, Property property) =>
        view.Facts.Where(f => f.Property == property && (f.Current || property.Many)).DistinctBy(f => f.Value, StringComparer.Ordinal);

    private static IEnumerable<ValueJson> Texts(string? text) => string.IsNullOrEmpty(text) ? [] : [new() { Str = text }];

    private static IEnumerable<ValueJson> Parties(IEnumerable<Party> parties) =>
        parties.Where(p => p.Name is not null).Select(p => p.Id is { } id && p.Type is not EntityType.Person ? new ValueJson { Id = id, Name = p.Name } : new() { Str = p.Name });

    [GeneratedRegex(@"^\d{4}-\d\d-\d\d$", RegexOptions.None, 1000)]
    private static partial Regex Day();
}

/// <summary>The types of entities, by their FollowTheMoney names.</summary>
internal static class ReconcileType
{
    private static readonly EntityType[] Known = [EntityType.Company, EntityType.Organization, EntityType.PublicBody, EntityType.LegalEntity];

    public static IReadOnlyList<TypeJson> All => [.. Known.Select(t => Of(t)[0])];

    /// <summary>A body's type, and the broader one that every body has.</summary>
    public static IReadOnlyList<TypeJson> Of(EntityType type)
    {
        TypeJson broader = new(nameof(EntityType.LegalEntity), LabelOf(EntityType.LegalEntity), null);
        return type is EntityType.LegalEntity ? [broader] : [new(type.ToString(), LabelOf(type), [broader])];
    }

    /// <summary>Whether a body of one type is of another, as a client names it.</summary>
    public static bool Includes(string wanted, EntityType type) => wanted is nameof(EntityType.LegalEntity) || string.Equals(wanted, type.ToString(), StringComparison.Ordinal);

    private static string LabelOf(EntityType type) => Text.Types.Split('|')[(int)type];
}
