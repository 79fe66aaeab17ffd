using System.Security.Cryptography;

namespace Qijian.Modules.Privacy;

/// <summary>Who is asking, as far as the site knows.</summary>
public interface ICurrentSubject
{
    /// <summary>The claim by which whoever signs somebody in says who it is.</summary>
    public const string Claim = "subject";

    /// <summary>Null for a visitor who never chose anything, and outside of a request.</summary>
    Subject? Find();
}

/// <summary>A member who is signed in; else a visitor, known by a cookie that holds a random number, which only an act of choosing sets.</summary>
internal sealed class CurrentSubject(IHttpContextAccessor http, ConsentTerms terms) : ICurrentSubject
{
    public const string Cookie = "__Host-qijian-visitor";

    private Subject? begun;
    private bool forgotten;

    public Subject? Find() =>
        Subject.TryParse(http.HttpContext?.User.FindFirst(ICurrentSubject.Claim)?.Value, null, out var member) ? member : begun ?? (!forgotten && http.HttpContext?.Request.Cookies[Cookie] is { Length: 32 } id && Guid.TryParseExact(id, "N", out var visitor) ? new(SubjectKind.Visitor, visitor) : null);

    /// <summary>The subject of an act of choosing; from here on the browser carries their number.</summary>
    public Subject Begin()
    {
        if (Find() is { Kind: not SubjectKind.Visitor } member) return member;
        // Whoever knows the number has the choices: all of it is random, with no time in it.
        var subject = Find() ?? new(SubjectKind.Visitor, new(RandomNumberGenerator.GetBytes(16)));
        begun = subject;
        http.HttpContext!.Response.Cookies.Append(Cookie, subject.Id.ToString("N"), Options(terms.Registry.Cookies.GetValueOrDefault(Cookie)));
        return subject;
    }

    public void Forget()
    {
        (begun, forgotten) = (null, true);
        http.HttpContext!.Response.Cookies.Delete(Cookie, Options(null));
    }

    private static CookieOptions Options(CookieEntry? entry) => new()
    {
        Path = "/", Secure = true, HttpOnly = true, SameSite = SameSiteMode.Lax,
        MaxAge = Period.TryParse(entry?.Ttl, null, out var ttl) ? ttl.After(DateTimeOffset.UnixEpoch) - DateTimeOffset.UnixEpoch : null,
    };
}
