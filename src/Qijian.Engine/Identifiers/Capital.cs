using System.Globalization;
using System.Runtime.InteropServices;
using Qijian.Engine.Text;

namespace Qijian.Engine.Identifiers;

/// <summary>An amount of registered capital, in whole units of its currency (yuan, dollars), as a register's text states it.</summary>
/// <remarks>
/// The rule for units: 万, 亿 and the like count wherever they stand; a currency or 元 without them means single units; a number with
/// nothing beside it (<c>518.400000</c>, <c>2,000()</c>) is in 万元, as registers then mean, and <see cref="UnitAssumed"/> says so. Without
/// a currency it is CNY and <see cref="CurrencyAssumed"/> says so. Where a text names two units at once (<c>元/万元</c>) the number is kept
/// as written and <see cref="UnitUnknown"/> is set. Negative amounts, amounts over <see cref="Max"/>, two currencies, two numbers and words
/// that are not understood do not parse. The caller keeps the original text.
/// </remarks>
/// <param name="Amount">The amount in whole units; the number as written where <see cref="UnitUnknown"/>.</param>
/// <param name="Currency">The ISO 4217 code.</param>
/// <param name="CurrencyAssumed">The text names no currency.</param>
/// <param name="UnitAssumed">The text names no unit, or two.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct Capital(decimal Amount, string Currency, bool CurrencyAssumed, bool UnitAssumed)
{
    /// <summary>No capital is larger: a thousand million million units.</summary>
    public const decimal Max = 1_000_000_000_000_000m;

    private static readonly (string Name, string Code)[] Currencies = [.. new (string Code, string Names)[]
    {
        ("CNY", "人民币 rmb cny ¥"), ("USD", "美元 美金 美币 usd us$ $"), ("HKD", "港元 港币 香港元 香港币 hkd hk$"), ("EUR", "欧元 eur €"),
        ("JPY", "日元 日圆 日币 日本元 日本圆 jpy"), ("GBP", "英镑 英磅 gbp £"), ("AUD", "澳大利亚元 澳元 澳币 aud"), ("CAD", "加拿大元 加元 加币 cad"),
        ("SGD", "新加坡元 新加坡币 新元 新币 坡币 sgd"), ("TWD", "新台币 新台币元 台币 台湾元 twd"), ("KRW", "韩元 韩国元 韩币 韩圆 krw"),
        ("MOP", "澳门元 澳门币 mop"), ("CHF", "瑞士法郎 瑞郎 chf"), ("SEK", "瑞典克朗 sek"), ("NOK", "挪威克朗 nok"), ("DKK", "丹麦克朗 dkk"),
        ("NZD", "新西兰元 纽元 nzd"), ("THB", "泰铢 泰国铢 泰币 thb"), ("MYR", "马来西亚林吉特 林吉特 马来西亚元 马币 myr"), ("RUB", "俄罗斯卢布 卢布 rub"),
        ("DEM", "德国马克 马克 dem"), ("FRF", "法国法郎 frf"), ("ITL", "意大利里拉 里拉 itl"), ("NLG", "荷兰盾 nlg"), ("BEF", "比利时法郎 bef"),
        ("ATS", "奥地利先令 ats"), ("INR", "印度卢比 inr"), ("PHP", "菲律宾比索 php"), ("VND", "越南盾 vnd"), ("IDR", "印尼盾 印度尼西亚盾 idr"),
    }.SelectMany(c => c.Names.Split(' ').Select(n => (n, c.Code))).OrderByDescending(c => c.n.Length)];

    // Said around an amount without changing it.
    private static readonly string[] Words = ["注册资本", "注册资金", "认缴", "实缴", "出资", "合计", "共计", "约", "整", "正", ":", "(", ")", " ", ";", "'", "\""];

    /// <summary>The text names two units at once, so that the amount is the number as written.</summary>
    public bool UnitUnknown { get; init; }

    /// <summary>The amount in the currency's smallest unit (fen, cents; whole units of JPY, KRW, VND, ITL), halves rounded away from zero; null where the unit is unknown.</summary>
    public long? MinorUnits => UnitUnknown ? null : (long)decimal.Round(Amount * (Currency is "JPY" or "KRW" or "VND" or "ITL" ? 1 : 100), MidpointRounding.AwayFromZero);

    /// <summary>Reads an amount of capital; false for any text that does not state exactly one. O(n).</summary>
    public static bool TryParse(string? text, out Capital capital)
    {
        capital = default;
        if (string.IsNullOrWhiteSpace(text) || text.Length > 200) return false;
        ReadOnlySpan<char> rest = Normalizer.Normalize(text);
        decimal total = 0, before = 1, last = decimal.MaxValue;
        decimal? pending = null;
        string? currency = null;
        bool number = false, unit = false, slash = false;
        while (rest.Length > 0)
        {
            int taken;
            if (char.IsAsciiDigit(rest[0]))
            {
                if (pending is not null || (number && !unit) || !TryReadNumber(rest, out var value, out taken)) return false;
                pending = value;
                number = true;
            }
            else if (CurrencyAt(rest) is { Name: { } name } found)
            {
                if (currency is not null && !string.Equals(currency, found.Code, StringComparison.Ordinal)) return false;
                currency = found.Code;
                taken = name.Length;
            }
            else if (rest[0] is '元' or '圆')
            {
                total += pending ?? 0;
                pending = null;
                unit = true;
                taken = 1;
            }
            else if (rest[0] is '角' or '分' && pending is { } part && part < 100)
            {
                total += part * (rest[0] == '角' ? 0.1m : 0.01m);
                pending = null;
                taken = 1;
            }
            else if (UnitsAt(rest) is var units and > 0 && (pending is not null || !ChineseNumber.StartsWithTen(rest)))
            {
                var factor = 1m;
                for (taken = 0; taken < units; taken++)
                {
                    factor *= ChineseNumber.UnitOf(rest[taken]);
                    if (factor > Max) return false;
                }
                if (pending is { } amount)
                {
                    // 1亿2000万 is one amount, 100万200万 is two.
                    if (factor >= last || !TryMultiply(amount, factor, out amount)) return false;
                    last = factor;
                    total += amount;
                    pending = null;
                }
                else if (!number)
                {
                    before = factor;
                }
                else if (!slash)
                {
                    return false;
                }
                unit = true;
            }
            else if (ChineseNumber.TryRead(rest, out var chinese, out taken))
            {
                if (pending is not null || (number && !unit)) return false;
                pending = chinese;
                number = true;
            }
            else if (rest[0] == '/')
            {
                slash = true;
                taken = 1;
            }
            else
            {
                taken = 0;
                foreach (var word in Words)
                {
                    if (rest.StartsWith(word, StringComparison.Ordinal)) taken = Math.Max(taken, word.Length);
                }
                if (taken == 0) return false;
            }
            rest = rest[taken..];
        }
        if (!number || total > Max) return false;
        if (pending is { } open)
        {
            if (!TryMultiply(open, before, out open)) return false;
            total += open;
        }
        var stated = unit || currency is not null;
        if ((!stated && !TryMultiply(total, 10_000, out total)) || total > Max) return false;
        capital = new(total, currency ?? "CNY", currency is null, !stated || slash) { UnitUnknown = slash };
        return true;
    }

    private static bool TryMultiply(decimal amount, decimal factor, out decimal product)
    {
        product = amount <= Max ? amount * factor : Max + 1;
        return product <= Max;
    }

    private static (string? Name, string Code) CurrencyAt(ReadOnlySpan<char> text)
    {
        foreach (var currency in Currencies)
        {
            if (text.StartsWith(currency.Name, StringComparison.Ordinal)) return currency;
        }
        return default;
    }

    private static int UnitsAt(ReadOnlySpan<char> text)
    {
        var length = 0;
        while (length < text.Length && length < 4 && ChineseNumber.UnitOf(text[length]) > 0) length++;
        return length;
    }

    /// <summary>Digits in groups of three or, as some registers write, four; at most one decimal point.</summary>
    private static bool TryReadNumber(ReadOnlySpan<char> text, out decimal value, out int length)
    {
        value = 0;
        length = 0;
        int groups = 0, inGroup = 0, size = 0;
        while (length < text.Length && (char.IsAsciiDigit(text[length]) || text[length] == ','))
        {
            if (text[length] == ',')
            {
                if (inGroup == 0 || inGroup > 4 || (groups > 0 && size != 0 && inGroup != size)) return false;
                if (groups > 0) size = inGroup;
                groups++;
                inGroup = 0;
            }
            else
            {
                inGroup++;
            }
            length++;
        }
        if (groups > 0 && (inGroup is not (3 or 4) || (size != 0 && inGroup != size))) return false;
        if (length + 1 < text.Length && text[length] == '.' && char.IsAsciiDigit(text[length + 1]))
        {
            length++;
            while (length < text.Length && char.IsAsciiDigit(text[length])) length++;
        }
        return decimal.TryParse(text[..length], NumberStyles.AllowThousands | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out value) && value <= Max;
    }

    private static class ChineseNumber
    {
        private const string Digits = "零一二三四五六七八九";
        private const string Capitals = "零壹贰叁肆伍陆柒捌玖";

        public static decimal UnitOf(char c) => c switch
        {
            '十' or '拾' => 10,
            '百' or '佰' => 100,
            '千' or '仟' => 1000,
            '万' => 10_000,
            '亿' => 100_000_000,
            _ => 0,
        };

        public static bool StartsWithTen(ReadOnlySpan<char> text) => text[0] is '十' or '拾';

        public static bool TryRead(ReadOnlySpan<char> text, out decimal value, out int length)
        {
            // 亿 closes what is before it, 万 what is since then; 十 百 千 close one digit.
            decimal all = 0, section = 0, digit = 0;
            value = 0;
            for (length = 0; length < text.Length && length < 40; length++)
            {
                var c = text[length];
                if (DigitOf(c) is >= 0 and var d)
                {
                    digit = d;
                }
                else if (UnitOf(c) is > 0 and var unit)
                {
                    if (unit < 10_000)
                    {
                        section += (digit == 0 && unit == 10 ? 1 : digit) * unit;
                    }
                    else
                    {
                        all = unit == 10_000 ? all + (section + digit) * unit : (all + section + digit) * unit;
                        section = 0;
                    }
                    digit = 0;
                    if (all > Max) return false;
                }
                else
                {
                    break;
                }
            }
            value = all + section + digit;
            return length > 0 && value <= Max;
        }

        private static int DigitOf(char c) => c switch
        {
            '〇' => 0,
            '两' => 2,
            _ => Digits.IndexOf(c, StringComparison.Ordinal) is >= 0 and var plain ? plain : Capitals.IndexOf(c, StringComparison.Ordinal),
        };
    }
}
