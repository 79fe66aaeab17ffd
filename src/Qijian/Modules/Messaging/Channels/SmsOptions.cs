using System.ComponentModel.DataAnnotations;

namespace Qijian.Modules.Messaging;

/// <summary>Who carries short messages.</summary>
public enum SmsProvider
{
    /// <summary>Nobody.</summary>
    None,

    /// <summary>Alibaba Cloud.</summary>
    Aliyun,

    /// <summary>Tencent Cloud.</summary>
    Tencent,
}

internal sealed class SmsOptions
{
    public const string Section = "Sms";

    [EnumDataType(typeof(SmsProvider))] public SmsProvider Provider { get; init; }

    /// <summary>The host of the provider's interface.</summary>
    public string? Endpoint { get; init; }
    public string? KeyId { get; init; }
    public string? KeySecret { get; init; }

    /// <summary>The signature that names the sender, as the provider approved it.</summary>
    public string? SignName { get; init; }

    /// <summary>The application at Tencent Cloud.</summary>
    public string? AppId { get; init; }

    /// <summary>The region at Tencent Cloud.</summary>
    public string Region { get; init; } = "ap-guangzhou";

    /// <summary>The provider's number of each template, in pairs such as <c>sign_in_code=SMS_1</c>, with commas between them; of the English text as <c>sign_in_code.en=SMS_2</c>.</summary>
    public string? Templates { get; init; }

    /// <summary>The provider's number of a template's text; that of the Chinese text where the English one has none.</summary>
    public (string Code, bool English)? CodeOf(string template, bool english)
    {
        Dictionary<string, string> codes = new(StringComparer.Ordinal);
        foreach (var pair in (Templates ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
            if (pair.Split('=', 2, StringSplitOptions.TrimEntries) is [{ Length: > 0 } name, { Length: > 0 } code]) codes[name] = code;
        return english && codes.TryGetValue($"{template}.en", out var own) ? (own, true) : codes.TryGetValue(template, out var chinese) ? (chinese, false) : null;
    }
}
