using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Options;

namespace Qijian.Platform;

/// <summary>An operator that is a placeholder is none: the law wants the real one named, and the site does not start with less.</summary>
internal sealed partial class OperatorRules : IValidateOptions<OperatorOptions>
{
    // SHA-256 of the telephone number of the policy that ours was written after: whoever copies it names somebody else.
    private const string Foreign = "0e98d2cc022e71ee6fbabe9ea2e6a7728a57306a5d59c1b1644b501b1345ced9";
    private const int ForeignDigits = 10;

    public ValidateOptionsResult Validate(string? name, OperatorOptions options)
    {
        List<string> errors = [];
        foreach (var (setting, value) in new[]
        {
            (nameof(options.Name), options.Name), (nameof(options.Address), options.Address), (nameof(options.ProtectionOfficer), options.ProtectionOfficer), (nameof(options.Contact), options.Contact), (nameof(options.Email), options.Email),
            (nameof(options.Phone), options.Phone), (nameof(options.Hours), options.Hours), (nameof(options.WeChat), options.WeChat), (nameof(options.ComplaintUrl), options.ComplaintUrl),
        })
        {
            if (Present(value) && IsPlaceholder(value!)) errors.Add($"Operator:{setting}：“{value}” 是占位内容，请填写真实信息，没有则删去 / is a placeholder: give the real one, or remove the setting.");
        }

        if (Present(options.WeChat) && !(Https(options.WeChat) is { } wechat && (wechat.Host is "weixin.qq.com" or "u.wechat.com" || wechat.Host.EndsWith(".weixin.qq.com", StringComparison.Ordinal))))
            errors.Add("Operator:WeChat：应为 weixin.qq.com 或 u.wechat.com 的 https 地址 / give an https address at weixin.qq.com or u.wechat.com.");
        if (Present(options.ComplaintUrl) && !(Https(options.ComplaintUrl) is not null || OwnPath().IsMatch(options.ComplaintUrl!)))
            errors.Add("Operator:ComplaintUrl：应为 https 地址或本站以 / 开头的路径 / give an https address, or a path of this site that begins with /.");
        return errors.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(errors);
    }

    internal static bool IsPlaceholder(string value)
    {
        var text = value.Normalize(NormalizationForm.FormKC);
        var digits = Separators().Replace(text, "");
        return Placeholder().IsMatch(text) || NoNumber().IsMatch(digits) || Enumerable.Range(0, Math.Max(0, digits.Length - ForeignDigits + 1)).Any(i => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(digits.Substring(i, ForeignDigits)))) is Foreign);
    }

    private static bool Present(string? value) => !string.IsNullOrWhiteSpace(value);

    private static Uri? Https(string? value) => Uri.TryCreate(value, UriKind.Absolute, out var url) && url.Scheme is "https" && url.UserInfo.Length == 0 ? url : null;

    [GeneratedRegex(@"(?<![a-z])(to-?do|tb[ad]|fixme|x{2,}|n/a|dummy|placeholder|change-?me|lorem|examples?|your[-_ ]?(name|company|address|e?-?mail|phone|domain))(?![a-z])|示例|样例|范例|待填|待补|待定|请填|填写|占位|某某|\*{2,}|○{2,}|^[\W_]+$|^(test[0-9]*|none|null|unknown|无|暂无|未知)$|\.(invalid|test|localhost)(?![a-z])", RegexOptions.ExplicitCapture | RegexOptions.IgnoreCase, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Placeholder();

    [GeneratedRegex("0{8}|1{8}|1234567|13800138000", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex NoNumber();

    [GeneratedRegex(@"[\s\p{P}+]", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Separators();

    [GeneratedRegex(@"^/(?![/\\])[^\\\s]*$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex OwnPath();
}
