namespace Qijian.Engine.Search;

/// <summary>How well a name answers the words: whole words in a row, at the start or after the place, in a short name; raised by importance.</summary>
internal readonly struct Scorer(QueryPlan plan)
{
    public float Score(Segment segment, uint doc, uint importance)
    {
        const int Usual = 128;
        Span<char> plain = stackalloc char[Usual];
        Span<char> buffer = stackalloc char[Usual * Text.Normalizer.MaxExpansion];
        var stored = segment.Stored(doc);
        ReadOnlySpan<char> name = buffer[..Text.Normalizer.Key(plain[..stored.Name.CopyTo(plain)], buffer)];
        float sum = 0;
        var covered = 0;
        foreach (var word in plan.Words)
        {
            var at = name.IndexOf(word.Key, StringComparison.Ordinal);
            if (at < 0)
            {
                sum += 0.4f;
                continue;
            }
            covered += word.Key.Length;
            sum += at == 0 || at == PlacePrefix.Length(name) ? 1.5f : 1f;
        }
        var cover = name.Length == 0 ? 0 : Math.Min(1f, (float)covered / name.Length);
        var quality = sum / plan.Words.Length * (0.6f + (0.4f * cover));
        return quality * (1 + (MathF.Log2(1 + (float)importance) / 16));
    }
}
