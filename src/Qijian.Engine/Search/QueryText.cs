using System.Collections.Frozen;
using Qijian.Engine.Text;

namespace Qijian.Engine.Search;

/// <summary>What a part of a text is looked for in.</summary>
public enum QueryField
{
    /// <summary>Everything that the box searches.</summary>
    Any,

    /// <summary>The name.</summary>
    Name,

    /// <summary>Earlier names.</summary>
    Former,

    /// <summary>English and short names.</summary>
    Other,

    /// <summary>Persons in public roles.</summary>
    Person,

    /// <summary>Credit code, registration number, LEI, ticker.</summary>
    Code,

    /// <summary>Business scope.</summary>
    Scope,

    /// <summary>Registered address.</summary>
    Address,

    /// <summary>A facet, which the caller turns into a filter.</summary>
    Facet,
}

/// <summary>A part of a text.</summary>
/// <param name="Field">Where it is looked for.</param>
/// <param name="Facet">The English name of the facet, where <paramref name="Field"/> is one.</param>
/// <param name="Text">What is looked for.</param>
/// <param name="Exact">Whether it stood in quotes: found in one piece only.</param>
/// <param name="Without">Whether companies that have it are not wanted.</param>
public sealed record QueryPart(QueryField Field, string? Facet, string Text, bool Exact, bool Without);

/// <summary>A text as typed, taken apart: words, "phrases", -without, field:value. Any text is allowed.</summary>
public static class QueryText
{
    /// <summary>Parts that are considered; more are left out.</summary>
    public const int MaxParts = 64;

    /// <summary>The words that may stand before a colon, English first, by what they mean.</summary>
    public static IReadOnlyList<(QueryField Field, string? Facet, IReadOnlyList<string> Words)> FieldWords { get; } =
    [
        Of(QueryField.Name, null, "name 名称 公司名称 企业名称"), Of(QueryField.Former, null, "former 曾用名"), Of(QueryField.Other, null, "aka short english 简称 英文名 别名"),
        Of(QueryField.Person, null, "person legal 法人 法定代表人 人员"), Of(QueryField.Code, null, "code 代码 信用代码 注册号 股票代码"), Of(QueryField.Scope, null, "scope 经营范围 范围"), Of(QueryField.Address, null, "address 地址 住所"),
        Of(QueryField.Facet, "status", "status 状态"), Of(QueryField.Facet, "province", "province 省份 省"), Of(QueryField.Facet, "city", "city 城市 市"), Of(QueryField.Facet, "industry", "industry 行业"),
        Of(QueryField.Facet, "founded", "founded 成立 成立年份"), Of(QueryField.Facet, "capital", "capital 注册资本 资本"), Of(QueryField.Facet, "currency", "currency 币种"), Of(QueryField.Facet, "type", "type 类型"), Of(QueryField.Facet, "listed", "listed 上市"),
    ];

    private static readonly FrozenDictionary<string, (QueryField Field, string? Facet)> Fields =
        FieldWords.SelectMany(f => f.Words.Select(w => KeyValuePair.Create(w, (f.Field, f.Facet)))).ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>Takes a text apart. O(n), never throws.</summary>
    public static IReadOnlyList<QueryPart> Parse(string text)
    {
        List<QueryPart> parts = [];
        var s = text.AsSpan();
        for (var at = 0; at < s.Length && parts.Count < MaxParts;)
        {
            if (IsSpace(s[at]))
            {
                at++;
                continue;
            }
            var without = s[at] is '-' or '－' && at + 1 < s.Length && !IsSpace(s[at + 1]) && s[at + 1] is not ('-' or '－');
            if (without)
                at++;
            var (field, facet) = FieldAt(s, ref at);
            var exact = at < s.Length && Closing(s[at]) != 0;
            int start, end;
            if (exact)
            {
                var closing = Closing(s[at]);
                start = at + 1;
                var length = s[start..].IndexOf(closing);
                end = length < 0 ? s.Length : start + length;
                at = Math.Min(end + 1, s.Length);
            }
            else
            {
                start = at;
                while (at < s.Length && !IsSpace(s[at]) && (at == start || s[at] is not ('"' or '“')))
                    at++;
                end = at;
            }
            var value = s[start..end].Trim().ToString();
            if (value.Length > 0)
                parts.Add(new QueryPart(field, facet, value, exact, without));
        }
        return parts;
    }

    private static bool IsSpace(char c) => char.IsWhiteSpace(c) || char.IsControl(c);

    private static char Closing(char c) => c switch { '"' => '"', '“' => '”', '＂' => '＂', '「' => '」', '『' => '』', _ => '\0' };

    // A known word, a colon, and something after it; all else is part of a word.
    private static (QueryField Field, string? Facet) FieldAt(ReadOnlySpan<char> s, ref int at)
    {
        const int Longest = 12;
        var rest = s[at..];
        var colon = rest[..Math.Min(rest.Length, Longest)].IndexOfAny(':', '：');
        if (colon < 1 || colon + 1 >= rest.Length || IsSpace(rest[colon + 1]))
            return default;
        if (!Fields.TryGetValue(Normalizer.Normalize(rest[..colon].ToString()), out var field))
            return default;
        at += colon + 1;
        return field;
    }

    private static (QueryField, string?, IReadOnlyList<string>) Of(QueryField field, string? facet, string words) => (field, facet, words.Split(' '));
}
