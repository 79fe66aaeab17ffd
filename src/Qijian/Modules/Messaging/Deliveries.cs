using System.Runtime.CompilerServices;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Qijian.Modules.Messaging;
using Qijian.Modules.Privacy;

namespace Qijian.Modules.Messaging
{
    /// <summary>How a message ended.</summary>
    internal enum DeliveryOutcome { Sent = 1, Denied, Failed }

    /// <summary>The proof that a message went, or was kept back and why: never the address, never the words.</summary>
    internal sealed class MessageDelivery : IEntityTypeConfiguration<MessageDelivery>
    {
        public Guid Id { get; init; }
        [RetentionStart("message_proof")] public DateTimeOffset At { get; init; }
        [NotPersonal("An id of the registry")] public required string Template { get; init; }
        public MessageClass Class { get; init; }
        public MessageChannel Channel { get; init; }
        public DeliveryOutcome Outcome { get; init; }
        [NotPersonal("A word of ours or of the carrier")] public string? Reason { get; init; }

        [Personal(CategoryId.MessageDelivery, Waiver = "The carrier's number of the message: it leads to a person at the carrier only")]
        public string? Receipt { get; init; }

        [Personal(CategoryId.MessageDelivery, Waiver = "A keyed reference: without the subject's key it leads to nobody")]
        public byte[]? SubjectReference { get; init; }

        void IEntityTypeConfiguration<MessageDelivery>.Configure(EntityTypeBuilder<MessageDelivery> delivery)
        {
            delivery.ToTable("messaging_deliveries").HasKey(d => d.Id);
            delivery.HasIndex(d => d.At);
            delivery.HasIndex(d => new { d.SubjectReference, d.At }).HasFilter("subject_reference IS NOT NULL");
        }
    }

    /// <summary>The records of what was sent. They stay after the person, as long as the law wants them.</summary>
    internal sealed class Deliveries(AppDb db, IVault vault, IMessagePolicy policy, TimeProvider clock) : IPersonalDataStore, IReferencedRecords
    {
        public string Name => "messages";

        /// <summary>Adds one to the context.</summary>
        public async Task AddAsync(MessageTemplate template, Subject? subject, MessageChannel channel, DeliveryOutcome outcome, string? reason, string? receipt, CancellationToken ct) => db.Add(new MessageDelivery
        {
            Id = Guid.CreateVersion7(), At = clock.GetUtcNow(), Template = template.Id ?? "", Class = policy.Of(template).Class, Channel = channel, Outcome = outcome, Reason = reason, Receipt = receipt,
            SubjectReference = subject is { } person ? await vault.ReferenceAsync(person, ct) : null,
        });

        /// <summary>When the last promotion or survey went to the person by the channel.</summary>
        public async Task<DateTimeOffset?> LastPromotionAsync(Subject subject, MessageChannel channel, CancellationToken ct)
        {
            if (await vault.FindReferenceAsync(subject, ct) is not { } reference) return null;
            return await db.MessageDeliveries.Where(d => d.SubjectReference == reference && d.Channel == channel && d.Outcome == DeliveryOutcome.Sent && (d.Class == MessageClass.Commercial || d.Class == MessageClass.Survey))
                .OrderByDescending(d => d.At).Select(d => (DateTimeOffset?)d.At).FirstOrDefaultAsync(ct);
        }

        public async IAsyncEnumerable<StoredValue> ExportAsync(Subject subject, [EnumeratorCancellation] CancellationToken ct)
        {
            foreach (var d in await OfAsync(subject, ct)) yield return new(Name, "delivery", Category.MessageDelivery, $"{d.Template} {d.Channel} {d.Outcome} {d.Reason}".TrimEnd(), d.At);
        }

        public async Task<ErasurePlan> PlanAsync(Subject subject, CancellationToken ct)
        {
            var all = await OfAsync(subject, ct);
            var held = all.Where(IsHeld).ToList();
            return new(Name, all.Count - held.Count, held.Count == 0 ? [] : [new(Category.MessageDelivery, held.Count, Purpose.MessageEvidence.Id, held.Max(d => policy.EvidenceUntil(d.At)))]);
        }

        public async Task EraseAsync(Subject subject, CancellationToken ct)
        {
            db.RemoveRange((await OfAsync(subject, ct)).Where(d => !IsHeld(d)));
            await db.SaveChangesAsync(ct);
        }

        /// <summary>By a count of its own; what the law holds is no remainder.</summary>
        public async Task<Verification> VerifyAsync(Subject subject, IReadOnlyList<string> needles, CancellationToken ct)
        {
            if (await vault.FindReferenceAsync(subject, ct) is not { } reference) return new(Name, CanSee: true, 0);
            var moments = await db.MessageDeliveries.AsNoTracking().Where(d => d.SubjectReference == reference).Select(d => d.At).ToListAsync(ct);
            return new(Name, CanSee: true, moments.Count(at => policy.EvidenceUntil(at) <= clock.GetUtcNow()));
        }

        public Task<bool> AnyAsync(byte[] reference, CancellationToken ct) => db.MessageDeliveries.AnyAsync(d => d.SubjectReference == reference, ct);

        private bool IsHeld(MessageDelivery delivery) => policy.EvidenceUntil(delivery.At) > clock.GetUtcNow();

        private async Task<List<MessageDelivery>> OfAsync(Subject subject, CancellationToken ct) =>
            await vault.FindReferenceAsync(subject, ct) is { } reference ? await db.MessageDeliveries.Where(d => d.SubjectReference == reference).OrderBy(d => d.At).ToListAsync(ct) : [];
    }
}

namespace Qijian
{
    internal abstract partial class AppDb
    {
        public DbSet<MessageDelivery> MessageDeliveries => Set<MessageDelivery>();
    }
}
