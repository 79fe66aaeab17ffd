using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Net.Http.Headers;

namespace Qijian.Modules.Privacy;

/// <summary>A version's text as it was written, for whoever wants to keep it or to check it. Its tag is its SHA-256.</summary>
internal static class PolicyText
{
    public static void Map(IEndpointRouteBuilder app) => app.MapGet("/privacy/policy/{version:int}/text", Get).ExcludeFromDescription();

    private static async Task<Results<FileContentHttpResult, NotFound>> Get(int version, string? lang, PolicyVersions versions, CancellationToken ct)
    {
        if (await versions.FindAsync(version, ct) is not { } policy) return TypedResults.NotFound();
        var english = lang is null ? Language.IsEnglish : lang.StartsWith("en", StringComparison.OrdinalIgnoreCase);
        var markdown = english ? policy.Content.English : policy.Content.Chinese;
        return TypedResults.File(Encoding.UTF8.GetBytes(markdown), "text/markdown; charset=utf-8", string.Create(CultureInfo.InvariantCulture, $"policy-{version}.{(english ? "en" : "zh-CN")}.md"), entityTag: new EntityTagHeaderValue($"\"{PolicyView.HashOf(markdown)}\""));
    }
}
