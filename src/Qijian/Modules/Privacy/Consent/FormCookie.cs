namespace Qijian.Modules.Privacy;

/// <summary>
/// The cookie that keeps other sites from submitting our forms. Browsers take a Secure cookie from localhost over plain HTTP too,
/// which the framework's own setting refuses to send.
/// </summary>
internal sealed class FormCookie : CookieBuilder
{
    public FormCookie() => (Name, Path, HttpOnly, SameSite, IsEssential) = ("__Host-qijian-form", "/", true, SameSiteMode.Strict, true);

    public override CookieOptions Build(HttpContext context, DateTimeOffset expiresFrom)
    {
        var options = base.Build(context, expiresFrom);
        options.Secure = true;
        return options;
    }
}
