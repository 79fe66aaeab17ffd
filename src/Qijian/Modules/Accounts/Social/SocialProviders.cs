using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Filters;
using Microsoft.Extensions.Options;
using Qijian.Modules.Privacy;

namespace Qijian.Modules.Accounts;

/// <summary>With whose account one may sign in; the number is stored.</summary>
internal enum SocialProvider { WeChat = 1, Qq = 2, Weibo = 3, Huawei = 4, Gitee = 5, Lark = 6, Apple = 7, Microsoft = 8, GitHub = 9 }

/// <summary>What a provider gave the operator's application.</summary>
internal class SocialClient
{
    public string? ClientId { get; init; }
    public string? ClientSecret { get; init; }

    internal virtual bool Complete => ClientId is { Length: > 0 } && ClientSecret is { Length: > 0 };
}

/// <summary>Apple gives a private key, of which a secret is made for each call.</summary>
internal sealed class AppleClient : SocialClient
{
    public string? TeamId { get; init; }
    public string? KeyId { get; init; }

    internal override bool Complete => base.Complete && TeamId is { Length: > 0 } && KeyId is { Length: > 0 };
}

internal sealed class SocialOptions
{
    public const string Section = "Accounts:Social";

    public SocialClient WeChat { get; init; } = new();
    public SocialClient Qq { get; init; } = new();
    public SocialClient Weibo { get; init; } = new();
    public SocialClient Huawei { get; init; } = new();
    public SocialClient Gitee { get; init; } = new();
    public SocialClient Lark { get; init; } = new();
    public AppleClient Apple { get; init; } = new();
    public SocialClient Microsoft { get; init; } = new();
    public SocialClient GitHub { get; init; } = new();

    internal SocialClient Of(SocialProvider provider) => provider switch
    {
        SocialProvider.WeChat => WeChat, SocialProvider.Qq => Qq, SocialProvider.Weibo => Weibo, SocialProvider.Huawei => Huawei, SocialProvider.Gitee => Gitee,
        SocialProvider.Lark => Lark, SocialProvider.Apple => Apple, SocialProvider.Microsoft => Microsoft, _ => GitHub,
    };
}

/// <summary>Which providers there are here: those that the operator configured and the registry lets something go to.</summary>
internal sealed class SocialProviders(IOptions<SocialOptions> options, IRecipientConsents consents, IFeatures features)
{
    /// <summary>What a call to a provider hands over: what it issued itself.</summary>
    public static readonly Category[] Sent = [Category.SocialProviderId];

    public bool Open => features.At(AccountsModule.SocialPath) is { } feature && feature == Feature.SocialSignIn;

    public IEnumerable<SocialProvider> Offered => Open ? Enum.GetValues<SocialProvider>().Where(p => NoticeOf(p) is not null) : [];

    /// <summary>What is told before anything goes to the provider; null where it is none of those offered.</summary>
    public RecipientNotice? NoticeOf(SocialProvider provider) => options.Value.Of(provider).Complete ? consents.Find(Purpose.SocialSignIn, RecipientOf(provider)) : null;

    /// <summary>The provider of an address; null where there is none that is offered.</summary>
    public SocialProvider? Find(string? slug) => Offered.Where(p => SlugOf(p) == slug).Cast<SocialProvider?>().FirstOrDefault();

    public static string SlugOf(SocialProvider provider) => provider.ToString().ToLowerInvariant();

    /// <summary>The address of the notice, and of what comes before and after it.</summary>
    public static string PathOf(SocialProvider provider) => $"{AccountsModule.SocialPath}/{SlugOf(provider)}";

    /// <summary>Where the provider sends the person back to.</summary>
    public static string ReturnPathOf(SocialProvider provider) => $"{PathOf(provider)}/return";

    public static Recipient RecipientOf(SocialProvider provider) => provider switch
    {
        SocialProvider.WeChat => Recipient.SocialWechat, SocialProvider.Qq => Recipient.SocialQq, SocialProvider.Weibo => Recipient.SocialWeibo, SocialProvider.Huawei => Recipient.SocialHuawei, SocialProvider.Gitee => Recipient.SocialGitee,
        SocialProvider.Lark => Recipient.SocialLark, SocialProvider.Apple => Recipient.SocialApple, SocialProvider.Microsoft => Recipient.SocialMicrosoft, _ => Recipient.SocialGithub,
    };

    public static string LabelOf(SocialProvider provider) => provider switch
    {
        SocialProvider.WeChat => Text.SocialWeChat, SocialProvider.Qq => "QQ", SocialProvider.Weibo => Text.SocialWeibo, SocialProvider.Huawei => Text.SocialHuawei, SocialProvider.Lark => Text.SocialLark,
        _ => provider.ToString(),
    };
}

/// <summary>While the registry keeps signing in with social accounts closed there are no pages of it.</summary>
internal sealed class WhileSocialOpen(SocialProviders providers) : IAsyncResourceFilter
{
    public Task OnResourceExecutionAsync(ResourceExecutingContext context, ResourceExecutionDelegate next)
    {
        if (providers.Open) return next();
        context.Result = new NotFoundResult();
        return Task.CompletedTask;
    }
}
