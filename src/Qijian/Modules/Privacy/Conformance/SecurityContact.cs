using System.Globalization;
using Microsoft.Extensions.Options;
using Qijian.Platform;

namespace Qijian.Modules.Privacy;

/// <summary><c>/.well-known/security.txt</c> (RFC 9116): where a weakness is reported. It is good for half of the longest time that the registry allows, so that a copy never outlives it.</summary>
internal sealed class SecurityContact(IOptions<OperatorOptions> options, ProcessingRegistry registry, TimeProvider clock)
{
    public const string Path = "/.well-known/security.txt";

    public static void Map(IEndpointRouteBuilder app) => app.MapGet(Path, (SecurityContact contact, HttpRequest request) => Results.Text(contact.Text($"{request.Scheme}://{request.Host}"), "text/plain; charset=utf-8")).ExcludeFromDescription();

    private string Text(string origin) => $"""
        Contact: {Contact}
        Expires: {Expires.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture)}
        Preferred-Languages: zh, en
        Canonical: {origin}{Path}
        Policy: {origin}/privacy

        """;

    private DateTimeOffset Expires
    {
        get
        {
            var now = clock.GetUtcNow();
            return now + ((registry.Limits["security_txt"].Limit!.Value.After(now) - now) / 2);
        }
    }

    // The form wants one; a demonstration has nobody, and says so by a name that cannot exist.
    private string Contact => options.Value.Contact switch
    {
        null or "" => "mailto:demonstration@operator.invalid",
        var uri when uri.StartsWith("https://", StringComparison.OrdinalIgnoreCase) || uri.StartsWith("mailto:", StringComparison.OrdinalIgnoreCase) || uri.StartsWith("tel:", StringComparison.OrdinalIgnoreCase) => uri,
        var mail when mail.Contains('@', StringComparison.Ordinal) => $"mailto:{mail}",
        var phone => $"tel:{string.Concat(phone.Where(c => char.IsAsciiDigit(c) || c is '+' or '-'))}",
    };
}
