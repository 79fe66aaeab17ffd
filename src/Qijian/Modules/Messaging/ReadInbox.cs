using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Qijian.Modules.Privacy;

namespace Qijian.Modules.Messaging;

/// <summary>A message as it is read.</summary>
internal sealed record InboxView(Guid Id, DateTimeOffset At, bool Read, MessageText Text);

/// <summary>A page of an inbox.</summary>
internal sealed record InboxPage(IReadOnlyList<InboxView> Messages, int Unread, int Page, int Pages);

/// <summary>What a person does in their own inbox, and in no other.</summary>
internal sealed class ReadInbox(AppDb db, ICurrentSubject current, IPurposeGuard guard, IVault vault, TimeProvider clock)
{
    public const int PageSize = 20;

    /// <summary>Null where nobody is signed in or the inbox is not open.</summary>
    public async Task<InboxPage?> PageAsync(int page, CancellationToken ct)
    {
        if (await OpenAsync(ct) is not { } own) return null;
        var mine = db.InboxMessages.AsNoTracking().Where(m => m.Subject == own.Subject);
        var (all, unread) = (await mine.CountAsync(ct), await mine.CountAsync(m => m.ReadAt == null, ct));
        var pages = Math.Max(1, (all + PageSize - 1) / PageSize);
        page = Math.Clamp(page, 1, pages);
        List<InboxView> messages = [];
        foreach (var m in await mine.OrderByDescending(m => m.At).ThenByDescending(m => m.Id).Skip((page - 1) * PageSize).Take(PageSize).ToListAsync(ct))
        {
            if (MessageTexts.Find(new(m.Template), Language.IsEnglish) is not { } text || await vault.OpenAsync(own, Category.MessageContent, m.Content, ct) is not { } values) continue;
            messages.Add(new(m.Id, m.At, m.ReadAt is not null, text.With(JsonSerializer.Deserialize<Dictionary<string, string>>(values)!)));
        }

        return new(messages, unread, page, pages);
    }

    /// <summary>Marks one as read or unread; false where it is not in this inbox.</summary>
    public async Task<bool> MarkAsync(Guid id, bool read, CancellationToken ct)
    {
        DateTimeOffset? at = read ? clock.GetUtcNow() : null;
        return await OpenAsync(ct) is { } own && await db.InboxMessages.Where(m => m.Id == id && m.Subject == own.Subject).ExecuteUpdateAsync(set => set.SetProperty(m => m.ReadAt, at), ct) == 1;
    }

    public async Task<bool> DeleteAsync(Guid id, CancellationToken ct) =>
        await OpenAsync(ct) is { } own && await db.InboxMessages.Where(m => m.Id == id && m.Subject == own.Subject).ExecuteDeleteAsync(ct) == 1;

    private async Task<Capability?> OpenAsync(CancellationToken ct) =>
        current.Find() is { } subject && await guard.DemandAsync(subject, Purpose.MessageInbox, [Category.MessageContent], ct) is Decision.Allowed allowed ? allowed.Capability : null;
}
