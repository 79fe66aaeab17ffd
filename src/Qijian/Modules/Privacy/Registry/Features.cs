using System.Collections.Frozen;

namespace Qijian.Modules.Privacy;

/// <summary>What the site does, as the registry lists it.</summary>
public interface IFeatures
{
    /// <summary>The open function that a route belongs to, by its pattern in any language, or that a part of its path from the left does; null where none does.</summary>
    Feature? At(string? route);

    /// <summary>Whether the function is open.</summary>
    bool IsOpen(Feature feature);

    /// <summary>What it is called, in the reader's language; the id of one that the registry no longer lists.</summary>
    string NameOf(Feature feature);
}

internal sealed class Features(ProcessingRegistry registry, CurrentPolicy current) : IFeatures
{
    private readonly FrozenDictionary<string, Feature> byRoute = registry.Features.Values.Where(f => f.Open).SelectMany(f => f.Routes.Select(route => (Route: route.Trim('/'), f.Id)))
        .DistinctBy(f => f.Route).ToFrozenDictionary(f => f.Route, f => new Feature(f.Id), StringComparer.Ordinal);

    public Feature? At(string? route)
    {
        if (route is null) return null;
        var bare = route.Trim('/');
        if (bare is "en") bare = "";
        else if (bare.StartsWith("en/", StringComparison.Ordinal)) bare = bare[3..];
        while (true)
        {
            if (byRoute.TryGetValue(bare, out var feature)) return IsOpen(feature) ? feature : null;
            if (bare.LastIndexOf('/') is not (> 0 and var cut)) return null;
            bare = bare[..cut];
        }
    }

    // What the version of the policy that holds does not open is not open yet.
    public bool IsOpen(Feature feature) => IsOpenIn(registry, feature) && (current.Held is not { } held || IsOpenIn(held, feature));

    private static bool IsOpenIn(ProcessingRegistry registry, Feature feature) => registry.Features.TryGetValue(feature.Id, out var entry) && entry.Open;

    public string NameOf(Feature feature) => registry.Features.TryGetValue(feature.Id, out var entry) ? entry.Label : feature.Id;
}
