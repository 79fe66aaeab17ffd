using System.Globalization;
using System.Text.RegularExpressions;

namespace Qijian.Modules.Privacy;

/// <summary>A time limit as ISO 8601 writes it, such as P6M or PT10M; and P15WD for working days.</summary>
internal readonly partial record struct Period(int Months, int Days, TimeSpan Time, int WorkingDays) : IParsable<Period>, IComparable<Period>
{
    public static Period Parse(string s, IFormatProvider? provider) => TryParse(s, provider, out var period) ? period : throw new FormatException($"{s} is no duration such as P6M, P30D, PT10M or P15WD.");

    public static bool TryParse(string? s, IFormatProvider? provider, out Period result)
    {
        result = default;
        if (s is null || Form().Match(s) is not { Success: true } m) return false;
        long Number(string group) => m.Groups[group] is { Success: true } g ? long.Parse(g.ValueSpan, CultureInfo.InvariantCulture) : 0;
        result = new((int)((Number("y") * 12) + Number("m")), (int)((Number("w") * 7) + Number("d")), new TimeSpan(0, (int)Number("h"), (int)Number("n"), (int)Number("s")), (int)Number("wd"));
        return true;
    }

    /// <summary>When it ends. Working days are Monday to Friday: as long as no calendar of holidays is given, the shorter time.</summary>
    public DateTimeOffset After(DateTimeOffset start)
    {
        var end = start.AddMonths(Months).AddDays(Days) + Time;
        for (var left = WorkingDays; left > 0;)
        {
            end = end.AddDays(1);
            if (ChinaTime.Day(end).DayOfWeek is not (DayOfWeek.Saturday or DayOfWeek.Sunday)) left--;
        }

        return end;
    }

    /// <summary>By length, a month counted as the longest.</summary>
    public int CompareTo(Period other) => Longest.CompareTo(other.Longest);

    public static bool operator <(Period left, Period right) => left.CompareTo(right) < 0;

    public static bool operator >(Period left, Period right) => left.CompareTo(right) > 0;

    public static bool operator <=(Period left, Period right) => left.CompareTo(right) <= 0;

    public static bool operator >=(Period left, Period right) => left.CompareTo(right) >= 0;

    private TimeSpan Longest => TimeSpan.FromDays((Months * 31) + Days + (WorkingDays * 7 / 5)) + Time;

    public override string ToString()
    {
        var date = string.Concat(Part(Months, 'M'), Part(Days, 'D'), WorkingDays > 0 ? $"{WorkingDays.ToString(CultureInfo.InvariantCulture)}WD" : "");
        var time = string.Concat(Part((int)Time.TotalHours, 'H'), Part(Time.Minutes, 'M'), Part(Time.Seconds, 'S'));
        return $"P{date}{(time.Length > 0 ? "T" : "")}{time}";

        static string Part(int value, char unit) => value > 0 ? string.Create(CultureInfo.InvariantCulture, $"{value}{unit}") : "";
    }

    /// <summary>In the reader's language.</summary>
    public string Words() => string.Join(Language.IsEnglish ? " " : "", new[]
    {
        Months > 0 && Months % 12 == 0 ? Text.PeriodYears.With(Months / 12) : Months > 0 ? Text.PeriodMonths.With(Months) : null,
        Days > 0 ? Text.PeriodDays.With(Days) : null,
        WorkingDays > 0 ? Text.PeriodWorkingDays.With(WorkingDays) : null,
        Time.TotalHours >= 1 ? Text.PeriodHours.With((int)Time.TotalHours) : null,
        Time.Minutes > 0 ? Text.PeriodMinutes.With(Time.Minutes) : null,
        Time.Seconds > 0 ? Text.PeriodSeconds.With(Time.Seconds) : null,
    }.OfType<string>());

    [GeneratedRegex("^P(?=.)(?:(?<y>[0-9]{1,3})Y)?(?:(?<m>[0-9]{1,4})M)?(?:(?<w>[0-9]{1,4})W(?!D))?(?:(?<d>[0-9]{1,5})D)?(?:(?<wd>[0-9]{1,4})WD)?(?:T(?=.)(?:(?<h>[0-9]{1,4})H)?(?:(?<n>[0-9]{1,4})M)?(?:(?<s>[0-9]{1,4})S)?)?$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Form();
}
