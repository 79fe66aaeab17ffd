using System.CommandLine;
using Qijian.Platform.CommandLine;

namespace Qijian.Modules.Accounts;

/// <summary>The verb <c>admin</c>: who administers the site before anybody can say so on its pages.</summary>
internal static class AdminVerb
{
    private static readonly Argument<string> Number = new("NUMBER") { Description = "已注册的手机号码 / the mobile number of somebody who signed up" };

    public static Command Command() => new("admin", "管理员 / administrators")
    {
        Verbs.Verb("create", "让一名注册用户成为管理员 / make a member an administrator", [Number, Verbs.Json], async (context, ct) =>
        {
            var created = await context.Services.GetRequiredService<CreateAdministrator>().RunAsync(context.Arguments.GetRequiredValue(Number), ct);
            context.Answer(new { created }, created ? Text.AdminCreated : Text.AdminAlready);
            return 0;
        }),
    };
}
