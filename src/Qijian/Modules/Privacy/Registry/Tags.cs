using Microsoft.Extensions.Compliance.Classification;

namespace Qijian.Modules.Privacy;

/// <summary>
/// Marks a property, parameter or column as personal data of a category: <c>[Personal(CategoryId.ContactEmail)]</c>. One tag
/// gives redaction in logs, the census, export and erasure.
/// </summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Parameter | AttributeTargets.Field)]
public sealed class PersonalAttribute(string category) : DataClassificationAttribute(new(Taxonomy, category))
{
    /// <summary>For the code that is generated for [LoggerMessage], which makes a tag of this type to know how to redact.</summary>
    internal PersonalAttribute() : this("any") { }

    /// <summary>The name of our classes of data.</summary>
    public const string Taxonomy = "qijian";

    /// <summary>The category, as the registry names it.</summary>
    public string Category { get; } = category;

    /// <summary>Why the column is stored in the clear; a personal column without a reason must be <see cref="Sealed"/>.</summary>
    public string? Waiver { get; init; }

    /// <summary>The retention rule of the registry where it is not that of the purposes which read the category.</summary>
    public string? Retention { get; init; }
}

/// <summary>Marks a text, JSON or binary column that holds no personal data, with the reason.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class NotPersonalAttribute(string reason) : Attribute
{
    /// <summary>Why not.</summary>
    public string Reason { get; } = reason;
}

/// <summary>Marks the moment from which a table's rows are kept for their time: by the rule that is named, else by those of the purposes that read its columns.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class RetentionStartAttribute(string? rule = null) : Attribute
{
    /// <summary>The id of a rule in retention.yaml.</summary>
    public string? Rule { get; } = rule;
}
