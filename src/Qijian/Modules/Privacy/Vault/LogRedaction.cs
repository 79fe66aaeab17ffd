using Microsoft.Extensions.Compliance.Classification;
using Microsoft.Extensions.Compliance.Redaction;

namespace Qijian.Modules.Privacy;

/// <summary>
/// Hides in logs whatever is tagged as personal. The generator of [LoggerMessage] methods knows a tag's type and not its
/// category, so all are hidden whole, whatever the category's mask would show.
/// </summary>
internal sealed class LogRedaction : Redactor, IRedactorProvider
{
    public Redactor GetRedactor(DataClassificationSet classifications) => this;

    public override int GetRedactedLength(ReadOnlySpan<char> input) => Masking.Hidden.Length;

    public override int Redact(ReadOnlySpan<char> source, Span<char> destination)
    {
        Masking.Hidden.CopyTo(destination);
        return Masking.Hidden.Length;
    }
}
