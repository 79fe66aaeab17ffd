using System.Collections.Frozen;
using System.Text.RegularExpressions;
using Qijian.Modules.Privacy;
using YamlDotNet.Serialization;
using YamlDotNet.Serialization.NamingConventions;

namespace Qijian.Modules.Messaging;

/// <summary>Title and text of a message in one language, with places such as {code}.</summary>
internal sealed partial record MessageText(string Title, string Text)
{
    public MessageText() : this("", "") { }

    /// <summary>The places in the order in which they come, title first.</summary>
    public IReadOnlyList<string> Places => [.. Place().Matches($"{Title} {Text}").Select(m => m.Groups["name"].Value).Distinct(StringComparer.Ordinal)];

    public MessageText With(IReadOnlyDictionary<string, string> values) => new(Fill(Title, values), Fill(Text, values));

    /// <summary>As places for the egress gate: the values never stand in a text of ours.</summary>
    public MessageText ForGate() => new(Place().Replace(Title, m => OutgoingMessage.PlaceOf(m.Groups["name"].Value)), Place().Replace(Text, m => OutgoingMessage.PlaceOf(m.Groups["name"].Value)));

    private static string Fill(string text, IReadOnlyDictionary<string, string> values) => Place().Replace(text, m => values[m.Groups["name"].Value]);

    [GeneratedRegex(@"\{(?<name>[a-z][a-z0-9_]*)\}", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Place();
}

/// <summary>What the site says in messages.</summary>
internal sealed class MessageTexts
{
    private static readonly FrozenDictionary<string, Entry> Entries = Read();

    /// <summary>The templates that have a text.</summary>
    public static IEnumerable<MessageTemplate> All => Entries.Keys.Select(id => new MessageTemplate(id));

    public static MessageText? Find(MessageTemplate template, bool english) => template.Id is not null && Entries.TryGetValue(template.Id, out var entry) ? english ? entry.En : entry.Zh : null;

    /// <summary>Throws where a place has no value, or a value no place.</summary>
    public static void Check(MessageTemplate template, IReadOnlyDictionary<string, string> values)
    {
        if (Find(template, english: false) is not { } text) return;
        if (text.Places.FirstOrDefault(p => !values.ContainsKey(p)) is { } missing) throw new ArgumentException($"The message {template} lacks its value {missing}.", nameof(values));
        if (values.Keys.FirstOrDefault(v => !text.Places.Contains(v, StringComparer.Ordinal)) is { } unknown) throw new ArgumentException($"The message {template} has no place for {unknown}.", nameof(values));
    }

    private static FrozenDictionary<string, Entry> Read()
    {
        using StreamReader reader = new(typeof(MessageTexts).Assembly.GetManifestResourceStream("messages.yaml")!);
        return new DeserializerBuilder().WithNamingConvention(UnderscoredNamingConvention.Instance).Build().Deserialize<List<Entry>>(reader).ToFrozenDictionary(e => e.Id, StringComparer.Ordinal);
    }

    private sealed class Entry
    {
        public string Id { get; init; } = "";
        public MessageText Zh { get; init; } = new();
        public MessageText En { get; init; } = new();
    }
}

/// <summary>What a message that cannot be refused must not carry: promotion, and links that lead away from the site.</summary>
internal static partial class ContentLint
{
    /// <summary>The words that are not allowed; null where there are none.</summary>
    public static string? FindIn(string text) => Forbidden().Match(text) is { Success: true } found ? found.Value : null;

    public static bool Applies(MessageClass kind) => kind is MessageClass.Transactional or MessageClass.ServiceMandatory;

    [GeneratedRegex(@"优惠|折扣|特价|促销|红包|抽奖|中奖|立减|满减|限时|秒杀|抢购|赠送|免费(领|送|试)|推荐您|点击(领|购|下载)|升级会员|[a-z][a-z0-9+.-]*://|\bwww\.|\b[a-z0-9-]+\.(com|cn|net|org|io|top|xyz|cc|me|info|link|app)\b|\b(discounts?|coupons?|special offers?|for sale|free trial|promo(tion)?s?|limited time|buy now|click here|upgrade now|win a)\b", RegexOptions.ExplicitCapture | RegexOptions.IgnoreCase, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Forbidden();
}
