using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Identity;
using Qijian.Modules.Messaging;
using Qijian.Modules.Privacy;
using Qijian.Modules.Shared;

namespace Qijian.Modules.Accounts;

/// <summary>Signing up and in, and what a member keeps about themselves.</summary>
public static class AccountsModule
{
    internal const string SignInPath = "/account/sign-in", SignUpPath = "/account/sign-up", AccountPath = "/account", SecurityPath = "/account/security", SecondFactorPath = "/account/security/second-factor", ProfilePath = "/account/profile", NumberPath = "/account/number", SocialPath = "/account/social", SocialLinkPath = "/account/social/link", PublicProfilePath = "/members", SessionCookie = "__Host-qijian-session";

    public static IServiceCollection AddAccounts(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<AccountsOptions>().BindConfiguration(AccountsOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<Passwords>().AddSingleton<Avatar>().AddSingleton<SignInTickets>().AddScoped<AttemptLimits>().AddScoped<OneTimeCodes>().AddScoped<Device>().AddScoped<SessionRows>().AddScoped<SecondFactors>().AddScoped<Passkeys>().AddScoped<EnterAccount>().AddScoped<SignInWithPassword>().AddScoped<ReadAccount>().AddScoped<ChangeNumber>().AddScoped<KeepProfile>().AddScoped<IHeldByConsent>(s => s.GetRequiredService<KeepProfile>());
        services.AddScoped<KeepRoles>().AddScoped<CreateAdministrator>().AddScoped<CurrentStaff>().AddScoped<ICurrentStaff>(s => s.GetRequiredService<CurrentStaff>()).AddScoped<IAuthorizationHandler, StaffGate>().AddScoped<KeepTrainings>().AddScoped<ITrainingRecords>(s => s.GetRequiredService<KeepTrainings>());
        services.AddOptions<SocialOptions>().BindConfiguration(SocialOptions.Section);
        services.AddScoped<SocialProviders>().AddScoped<SocialFlows>().AddScoped<SocialLinks>().AddScoped<IHeldByConsent>(s => s.GetRequiredService<SocialLinks>()).AddScoped<TencentSignIn>().AddScoped<WebSignIn>();
        WebSignIn.Add(services, configuration.GetSection(SocialOptions.Section).Get<SocialOptions>() ?? new());
        services.AddScoped<IMinors, MemberFacts>().AddScoped<IMessagePreferences, MemberFacts>().AddScoped<IMessageAddresses, MemberFacts>().AddScoped<IPolicyAudience, TellMembers>().AddScoped<ISubjectCount, MemberFacts>();
        services.AddSingleton<SessionStore>().AddSingleton<AccountLink>().AddSingleton<INavigation>(s => s.GetRequiredService<AccountLink>());
        services.AddAuthentication(IdentityConstants.ApplicationScheme).AddCookie(IdentityConstants.ApplicationScheme);
        services.AddOptions<CookieAuthenticationOptions>(IdentityConstants.ApplicationScheme).Configure<SessionStore, IFeatures>((cookie, store, features) =>
        {
            (cookie.SessionStore, cookie.Cookie.Name, cookie.ExpireTimeSpan, cookie.SlidingExpiration) = (store, SessionCookie, SessionStore.Longest, false);
            (cookie.Cookie.Path, cookie.Cookie.SecurePolicy, cookie.Cookie.HttpOnly, cookie.Cookie.SameSite, cookie.Cookie.IsEssential) = ("/", CookieSecurePolicy.Always, true, SameSiteMode.Lax, true);
            cookie.ReturnUrlParameter = "to";
            cookie.Events.OnRedirectToLogin = to =>
            {
                if (Platform.ProgramPaths.Contains(to.Request.Path)) to.Response.StatusCode = StatusCodes.Status401Unauthorized;
                else if (!features.IsOpen(Feature.Accounts)) to.Response.StatusCode = StatusCodes.Status404NotFound; // there is nowhere to sign in
                else to.Response.Redirect($"{Language.Path(SignInPath)}?to={Uri.EscapeDataString(to.Request.Path)}");
                return Task.CompletedTask;
            };
            cookie.Events.OnRedirectToAccessDenied = to =>
            {
                to.Response.StatusCode = StatusCodes.Status404NotFound; // whoever has no role does not learn what there is for those who have
                return Task.CompletedTask;
            };
        });
        services.AddAuthorization();
        return services;
    }

    /// <summary>Knows who is signed in from here on.</summary>
    public static void UseAccounts(this WebApplication app)
    {
        // What answers a provider's return runs before anybody is known, and has to know who set out.
        app.UseWhen(http => http.Request.Path.StartsWithSegments(SocialPath, StringComparison.Ordinal), social => social.Use(async (http, next) =>
        {
            if ((await http.AuthenticateAsync()).Principal is { } who) http.User = who;
            await next(http);
        }));
        app.UseAuthentication();
        app.UseAuthorization();
    }
}

/// <summary>The link at the head of every page: to sign in, or to one's account.</summary>
internal sealed class AccountLink(IFeatures features) : INavigation
{
    public (string Path, string Label)? Of(HttpContext http) =>
        !features.IsOpen(Feature.Accounts) ? null : http.User.Identity?.IsAuthenticated is true ? (AccountsModule.AccountPath, Text.AccountTitle) : (AccountsModule.SignInPath, Text.SignIn);
}
