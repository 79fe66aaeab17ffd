using System.Text.Json.Serialization;
using Qijian.Modules.Registry;
using Qijian.Modules.Shared;

namespace Qijian.Modules.Search;

// What the reconciliation service says; names and shapes are those of its specification.

internal sealed record ManifestJson(
    IReadOnlyList<string> Versions, string Name, string IdentifierSpace, string SchemaSpace, string Documentation, string ServiceVersion, UrlJson View, UrlJson FeatureView,
    IReadOnlyList<TypeJson> DefaultTypes, PreviewJson Preview, SuggestServicesJson Suggest, ExtendServiceJson Extend, int BatchSize)
{
    [JsonPropertyName("feature_view")] public UrlJson FeatureView { get; } = FeatureView;

    /// <summary>The manifest of a service at this address.</summary>
    public static ManifestJson Of(string site)
    {
        var service = site + ReconcileEndpoints.Path;
        return new(["0.2"], Text.ReconcileName, $"{site}/companies/", "https://followthemoney.tech/explorer/schemata/", $"{site}/docs/api/", typeof(ManifestJson).Assembly.GetName().Version!.ToString(3),
            new($"{site}/companies/{{{{id}}}}"), new($"{site}/docs/api/#{{{{id}}}}"), ReconcileType.All, new($"{service}/preview?id={{{{id}}}}", 420, 220),
            new(SuggestServiceJson.Of(service, "entity"), SuggestServiceJson.Of(service, "property"), SuggestServiceJson.Of(service, "type")),
            new(new(service, "/properties"), [new("limit", Text.ReconcileLimit, "number", 0, Text.ReconcileLimitHelp)]), ReconcileEndpoints.BatchSize);
    }
}

internal sealed record UrlJson(string Url);

internal sealed record PreviewJson(string Url, int Width, int Height);

internal sealed record SuggestServicesJson(SuggestServiceJson Entity, SuggestServiceJson Property, SuggestServiceJson Type);

internal sealed record SuggestServiceJson(
    [property: JsonPropertyName("service_url")] string Url, [property: JsonPropertyName("service_path")] string Path, [property: JsonPropertyName("flyout_service_path")] string FlyoutPath)
{
    public static SuggestServiceJson Of(string service, string kind) => new(service, $"/suggest/{kind}", $"/flyout/{kind}?id=${{id}}");
}

internal sealed record ExtendServiceJson([property: JsonPropertyName("propose_properties")] ServiceJson Propose, [property: JsonPropertyName("property_settings")] IReadOnlyList<SettingJson> Settings);

internal sealed record ServiceJson([property: JsonPropertyName("service_url")] string Url, [property: JsonPropertyName("service_path")] string Path);

internal sealed record SettingJson(string Name, string Label, string Type, int Default, [property: JsonPropertyName("help_text")] string Help);

internal sealed record TypeJson(string Id, string Name, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<TypeJson>? Broader);

internal sealed record NamedJson(string Id, string Name, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Description);

internal sealed record SuggestedJson<T>(IReadOnlyList<T> Result);

internal sealed record ProposalsJson(IReadOnlyList<NamedJson> Properties, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Type, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] int? Limit);

internal sealed record FlyoutJson(string Id, string Html);

internal sealed record ResultJson(IReadOnlyList<CandidateJson> Result);

internal sealed record CandidateJson(
    string Id, string Name, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Description, int Score, bool Match, IReadOnlyList<FeatureJson> Features, IReadOnlyList<TypeJson> Type);

internal sealed record FeatureJson(string Id, bool Value);

internal sealed record ExtendedJson(IReadOnlyList<MetaJson> Meta, IReadOnlyDictionary<string, IReadOnlyDictionary<string, IReadOnlyList<ValueJson>>> Rows);

internal sealed record MetaJson(string Id, string Name, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] TypeJson? Type);

/// <summary>One value: a text, a day, or another company.</summary>
internal sealed record ValueJson
{
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] public string? Str { get; init; }
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] public string? Date { get; init; }
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] public string? Id { get; init; }
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] public string? Name { get; init; }
}

internal sealed record EntityJson(string Id, string Name, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Description, IReadOnlyList<TypeJson> Notable)
{
    public static EntityJson Of(CompanySummary c) => new(c.Id, NameOf(c), Describe(c), ReconcileType.Of(c.Type));

    public static string NameOf(CompanySummary c) => c.Name ?? c.Lei ?? c.Id;

    /// <summary>What tells namesakes apart, or null where nothing is known.</summary>
    public static string? Describe(CompanySummary c) =>
        string.Join(" · ", new[] { c.Province is { } province && c.City is { } city && city != province ? $"{province} {city}" : c.Province, c.Status?.Label(), Format.Day(c.FoundedOn), c.CreditCode ?? c.RegistrationNumber }.Where(t => !string.IsNullOrEmpty(t))) is { Length: > 0 } text ? text : null;
}
