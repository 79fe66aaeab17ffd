using System.Security.Cryptography;
using System.Text;

namespace Qijian.Modules.Privacy;

/// <summary>What a person is told before they answer: the words that a page shows, in the reader's language, and their hash, which the answer is bound to.</summary>
internal sealed record Notice(PurposeEntry Purpose, RecipientEntry? Recipient, IReadOnlyList<(string Label, string Words)> Lines)
{
    private const string Layout = "page-1"; // another one where the order or the weight of what is shown changes

    public string Title => Recipient is null ? Purpose.Label : Text.NoticeToRecipient.With(Purpose.Label, Recipient.Label);

    public byte[] Hash { get; private init; } = [];

    public string HashText => Convert.ToHexStringLower(Hash);

    public static Notice Of(ConsentTerms terms, PurposeEntry purpose, RecipientEntry? recipient)
    {
        var registry = terms.Registry;
        var separator = Language.IsEnglish ? "; " : "；";
        var rule = registry.Retention[purpose.Retention];
        // Those who are asked apart have a notice each: a yes to the purpose alone gives them nothing.
        var receivers = recipient is null ? purpose.Recipients.Select(id => registry.Recipients[id]).Where(r => !r.AskedApart).ToList() : [recipient];
        List<(string, string)> lines =
        [
            (Text.NoticeData, string.Join(separator, ConsentTerms.ScopeOf(purpose, recipient).Select(c => (purpose.Reads[c] is Need.Required ? Text.NoticeRequired : Text.NoticeOptional).With(registry.Categories[c].Label)))),
            (Text.NoticeRetention, $"{rule.Label} {rule.Ceiling?.Words()}{ThenOf(rule.Then)}"),
            (Text.NoticeRecipients, receivers.Count == 0 ? (purpose.Recipients.Count == 0 ? Text.NoticeNobody : Text.NoticeAskedApart) : string.Join(separator, receivers.Select(r => $"{r.Label} ({r.Contact})"))),
        ];
        if (recipient is { Abroad: true }) lines.Add((Text.NoticeAbroad, Text.NoticeAbroadWords.With(recipient.Jurisdiction, recipient.Mechanism)));
        if (purpose.AutomatedDecision) lines.Add((Text.NoticeAutomated, Text.NoticeAutomatedWords));
        if (purpose.Sensitive) lines.Add((Text.NoticeSensitive, Text.NoticeSensitiveWords));
        lines.Add((Text.NoticeRefusal, Text.NoticeRefusalWords));
        lines.Add((Text.NoticeWithdrawal, Text.NoticeWithdrawalWords));
        Notice notice = new(purpose, recipient, lines);
        return notice with
        {
            Hash = SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n',
                [Layout, Language.IsEnglish ? "en" : "zh-CN", purpose.Id, recipient?.Id, notice.Title, Text.Agree, Text.Decline, .. lines.SelectMany(l => new[] { l.Item1, l.Item2 })]))),
        };
    }

    private static string ThenOf(AfterRetention then) => then switch
    {
        AfterRetention.Anonymise => Text.ThenAnonymise, AfterRetention.Truncate => Text.ThenTruncate, _ => Text.ThenDelete,
    };
}
