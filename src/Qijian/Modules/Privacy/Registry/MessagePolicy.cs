namespace Qijian.Modules.Privacy;

/// <summary>What a message is. A template that does not say is commercial: it goes only to those who asked for such.</summary>
public enum MessageClass
{
    /// <summary>Promotion.</summary>
    Commercial,

    /// <summary>Answers what the person does right now.</summary>
    Transactional,

    /// <summary>A service announcement that cannot be refused, and so carries no promotion.</summary>
    ServiceMandatory,

    /// <summary>A service announcement that can be refused.</summary>
    ServiceOptional,

    /// <summary>An invitation to a survey.</summary>
    Survey,
}

/// <summary>A template as the registry has it; of one that is not listed it says commercial.</summary>
public sealed record MessageTerms(MessageClass Class, Purpose Purpose, IReadOnlyList<string> Channels, bool Listed);

/// <summary>What the registry says about messages.</summary>
public interface IMessagePolicy
{
    /// <summary>What a template is, what for, and by which channels it may go.</summary>
    MessageTerms Of(MessageTemplate template);

    /// <summary>Until when the law wants the record of a sending kept.</summary>
    DateTimeOffset EvidenceUntil(DateTimeOffset sent);

    /// <summary>When the next promotion or survey may follow one.</summary>
    DateTimeOffset NextCommercial(DateTimeOffset sent);
}

internal sealed class MessagePolicy(ProcessingRegistry registry) : IMessagePolicy
{
    public const string Interval = "commercial_interval";

    public MessageTerms Of(MessageTemplate template) => template.Id is not null && registry.Templates.TryGetValue(template.Id, out var entry)
        ? new(entry.Class, new(entry.Purpose), entry.Channels, Listed: true)
        : new(MessageClass.Commercial, Purpose.CommercialMessages, [], Listed: false);

    public DateTimeOffset EvidenceUntil(DateTimeOffset sent) => registry.Retention[registry.Purposes[Purpose.MessageEvidence.Id].Retention].Floor?.After(sent) ?? sent;

    public DateTimeOffset NextCommercial(DateTimeOffset sent) => registry.Limits[Interval].Limit!.Value.After(sent);
}
