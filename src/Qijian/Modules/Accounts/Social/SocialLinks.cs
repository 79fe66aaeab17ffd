using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Qijian.Modules.Accounts;
using Qijian.Modules.Privacy;

namespace Qijian
{
    internal abstract partial class AppDb
    {
        public DbSet<SocialLink> SocialLinks => Set<SocialLink>();
    }
}

namespace Qijian.Modules.Accounts
{
    /// <summary>A provider's account that signs in to an account here.</summary>
    internal sealed class SocialLink : IEntityTypeConfiguration<SocialLink>
    {
        public Guid Id { get; init; }
        public required Subject Subject { get; init; }
        public SocialProvider Provider { get; init; }
        [Personal(CategoryId.SocialProviderId)] public required Sealed ProviderId { get; init; }

        [Personal(CategoryId.SocialProviderId, Waiver = "A keyed index: it finds the account of a provider's number, and no number")]
        public required byte[] ProviderIndex { get; init; }
        [Personal(CategoryId.SocialNickname)] public Sealed? Nickname { get; init; }
        public DateTimeOffset LinkedAt { get; init; }

        /// <summary>Set by nobody: whoever unlinks, withdraws or leaves takes the row away at once.</summary>
        [RetentionStart("withdrawn")] public DateTimeOffset? EndedAt { get; init; }

        void IEntityTypeConfiguration<SocialLink>.Configure(EntityTypeBuilder<SocialLink> builder)
        {
            builder.ToTable("accounts_social_links").HasKey(l => l.Id);
            builder.HasIndex(l => l.ProviderIndex).IsUnique();
            builder.HasIndex(l => new { l.Subject, l.Provider }).IsUnique();
        }
    }

    /// <summary>A link as its owner sees it.</summary>
    internal sealed record SocialLinkView(SocialProvider Provider, string? Nickname, DateTimeOffset LinkedAt);

    internal enum LinkResult
    {
        Linked,

        /// <summary>It is linked to another account.</summary>
        Others,

        /// <summary>The account has another one of this provider.</summary>
        Another,

        /// <summary>The rules for minors or the person's own answers do not let it.</summary>
        Refused,
    }

    internal sealed class SocialLinks(AppDb db, IVault vault, IPurposeGuard guard, IRecipientConsents consents, TimeProvider clock) : IHeldByConsent
    {
        /// <summary>Whose account it signs in to; null where nobody's, or its owner would have to agree anew.</summary>
        public async Task<Member?> FindAsync(SocialProvider provider, SocialIdentity identity, CancellationToken ct)
        {
            var index = IndexOf(provider, identity);
            var member = await db.Members.FirstOrDefaultAsync(m => m.EndedAt == null && db.SocialLinks.Any(l => l.ProviderIndex == index && l.Subject == m.Subject), ct);
            return member is not null && await guard.DemandAsync(member.Subject, Purpose.SocialSignIn, [Category.SocialProviderId], ct) is Decision.Allowed ? member : null;
        }

        public async Task<LinkResult> LinkAsync(Member member, SocialProvider provider, SocialIdentity identity, CancellationToken ct)
        {
            if (await guard.DemandAsync(member.Subject, Purpose.SocialSignIn, [Category.SocialProviderId, Category.SocialNickname], ct) is not Decision.Allowed) return LinkResult.Refused;
            var index = IndexOf(provider, identity);
            if (await StandingAsync(member.Subject, provider, index, ct) is { } standing) return standing;
            SocialLink link = new()
            {
                Id = Guid.CreateVersion7(clock.GetUtcNow()), Subject = member.Subject, Provider = provider, ProviderId = await vault.SealAsync(member.Subject, Category.SocialProviderId, identity.Id, ct), ProviderIndex = index,
                Nickname = identity.Nickname is { } name ? await vault.SealAsync(member.Subject, Category.SocialNickname, name, ct) : null, LinkedAt = clock.GetUtcNow(),
            };
            try
            {
                db.Add(link);
                await db.SaveChangesAsync(ct);
                return LinkResult.Linked;
            }
            catch (DbUpdateException e)
            {
                db.Entry(link).State = EntityState.Detached;
                return await StandingAsync(member.Subject, provider, index, ct) ?? throw new InvalidOperationException("A link was neither made nor there.", e); // of two at once, one was first
            }
        }

        public async Task<IReadOnlyList<SocialLinkView>> ListAsync(Subject subject, CancellationToken ct)
        {
            List<SocialLinkView> views = [];
            var capability = await guard.DemandAsync(subject, Purpose.SocialSignIn, [Category.SocialNickname], ct) is Decision.Allowed yes ? yes.Capability : null;
            foreach (var link in await db.SocialLinks.AsNoTracking().Where(l => l.Subject == subject).OrderBy(l => l.Provider).ToListAsync(ct))
                views.Add(new(link.Provider, capability is not null && link.Nickname is { } name ? await vault.OpenAsync(capability, Category.SocialNickname, name, ct) : null, link.LinkedAt));
            return views;
        }

        /// <summary>Takes away all that came from the provider, and the consent with it.</summary>
        public async Task UnlinkAsync(Subject subject, SocialProvider provider, CancellationToken ct)
        {
            if (await db.SocialLinks.Where(l => l.Subject == subject && l.Provider == provider).ExecuteDeleteAsync(ct) == 0) return;
            var last = !await db.SocialLinks.AnyAsync(l => l.Subject == subject, ct);
            await consents.WithdrawAsync(subject, Purpose.SocialSignIn, SocialProviders.RecipientOf(provider), last, AccountsModule.SocialPath, ct);
        }

        public IReadOnlyList<Purpose> Purposes => [Purpose.SocialSignIn];

        public async Task EraseAsync(Subject subject, Purpose purpose, Recipient? recipient, CancellationToken ct)
        {
            var of = Enum.GetValues<SocialProvider>().Where(p => recipient is null || SocialProviders.RecipientOf(p) == recipient).ToList();
            await db.SocialLinks.Where(l => l.Subject == subject && of.Contains(l.Provider)).ExecuteDeleteAsync(ct);
        }

        private async Task<LinkResult?> StandingAsync(Subject subject, SocialProvider provider, byte[] index, CancellationToken ct)
        {
            var links = await db.SocialLinks.AsNoTracking().Where(l => l.ProviderIndex == index || (l.Subject == subject && l.Provider == provider)).Select(l => new { l.Subject, l.ProviderIndex }).ToListAsync(ct);
            if (links.Exists(l => l.Subject != subject)) return LinkResult.Others;
            return links.Count == 0 ? null : links[0].ProviderIndex.AsSpan().SequenceEqual(index) ? LinkResult.Linked : LinkResult.Another;
        }

        private byte[] IndexOf(SocialProvider provider, SocialIdentity identity) => vault.BlindIndex(Purpose.SocialSignIn, Category.SocialProviderId, $"{(int)provider}|{identity.Id}");
    }
}
