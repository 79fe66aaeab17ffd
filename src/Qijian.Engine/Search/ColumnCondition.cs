using System.Runtime.Intrinsics;

namespace Qijian.Engine.Search;

/// <summary>One condition on columns: a set of values, or a range.</summary>
internal sealed unsafe class ColumnCondition
{
    private readonly ColumnSpec column;
    private readonly ulong[]? set;
    private readonly long from, to;

    private ColumnCondition(ColumnSpec column, ulong[]? set, uint[] values, bool without, long from, long to)
    {
        this.column = column;
        this.set = set;
        Values = values;
        Without = without;
        this.from = from;
        this.to = to;
        Group = SearchColumns.GroupOf(column.Column);
    }

    /// <summary>The property whose facet is counted without this condition.</summary>
    public SearchColumn Group { get; }

    /// <summary>Stored values that pass, or that do not; empty for a range.</summary>
    public uint[] Values { get; }

    /// <summary>Whether <see cref="Values"/> do not pass and all others do.</summary>
    public bool Without { get; }

    public bool IsRange => set is null;

    public SearchColumn Column => column.Column;

    public static List<ColumnCondition> Of(SearchQuery query)
    {
        List<ColumnCondition> all = [];
        foreach (var filter in query.Filters)
        {
            if (filter.Values.Count == 0 || !Enum.IsDefined(filter.Column))
                continue;
            var spec = SearchColumns.Of(filter.Column);
            if (spec.Width > 2)
                continue; // those have ranges
            var members = new ulong[spec.Width == 1 ? 4 : 1024];
            List<uint> stored = [];
            foreach (var value in filter.Values)
            {
                if (spec.Store(value) is var s and >= 0 && !BitSet.Has(members, (uint)s))
                {
                    BitSet.Set(members, (uint)s);
                    stored.Add((uint)s);
                }
            }
            if (filter.Without)
            {
                for (var i = 0; i < members.Length; i++)
                    members[i] = ~members[i];
            }
            all.Add(new ColumnCondition(spec, members, [.. stored], filter.Without, 0, 0));
        }
        // Unknown (0) passes no range.
        if (query.FoundedFrom is not null || query.FoundedTo is not null)
            all.Add(new ColumnCondition(SearchColumns.Of(SearchColumn.FoundedDay), null, [], false, Math.Max(1, query.FoundedFrom ?? 1), query.FoundedTo ?? int.MaxValue));
        if (query.CapitalFrom is not null || query.CapitalTo is not null)
        {
            var bands = new ulong[4];
            uint[] values = [.. Enumerable.Range(1, 7).Select(b => SearchColumns.Band(query.Currency, (uint)b))];
            foreach (var value in values)
                BitSet.Set(bands, value);
            all.Add(new ColumnCondition(SearchColumns.Of(SearchColumn.CapitalBand), bands, values, false, 0, 0));
            all.Add(new ColumnCondition(SearchColumns.Of(SearchColumn.CapitalFen), null, [], false, Math.Max(1, query.CapitalFrom ?? 1), query.CapitalTo ?? long.MaxValue));
        }
        return all;
    }

    /// <summary>The stored years in which a range of days begins and ends.</summary>
    public (uint First, uint Last) Years() => (YearOf(from), YearOf(to));

    /// <summary>Whether every day that counts as the stored year is in the range; the first and the last of those stand for all before and after.</summary>
    public bool IsWholeYear(uint stored)
    {
        var year = (int)SearchColumns.Of(SearchColumn.FoundedYear).Show(stored);
        var begins = YearOf(1) == stored ? 1 : new DateOnly(year, 1, 1).DayNumber;
        var ends = YearOf(long.MaxValue) == stored ? int.MaxValue : new DateOnly(year, 12, 31).DayNumber;
        return from <= begins && to >= ends;
    }

    private static uint YearOf(long day) => SearchColumns.YearCode((int)Math.Clamp(day, 1, int.MaxValue));

    /// <summary>Which of 64 documents from <paramref name="first"/> on pass a range, as bits; all 64 exist. Vectorised.</summary>
    public ulong PassesWord(Segment segment, uint first)
    {
        ulong bits = 0;
        if (column.Width == 4)
        {
            var days = (int*)segment.Column(column.Column) + first;
            var low = Vector256.Create((int)Math.Clamp(from, 1, int.MaxValue));
            var high = Vector256.Create((int)Math.Clamp(to, int.MinValue, int.MaxValue));
            for (var i = 0; i < 64; i += 8)
            {
                var value = Vector256.Load(days + i);
                var pass = Vector256.GreaterThanOrEqual(value, low) & Vector256.LessThanOrEqual(value, high);
                bits |= (ulong)pass.ExtractMostSignificantBits() << i;
            }
            return bits;
        }
        var capital = (long*)segment.Column(column.Column) + first;
        Vector256<long> least = Vector256.Create(from), most = Vector256.Create(to);
        for (var i = 0; i < 64; i += 4)
        {
            var value = Vector256.Load(capital + i);
            var pass = Vector256.GreaterThanOrEqual(value, least) & Vector256.LessThanOrEqual(value, most);
            bits |= (ulong)pass.ExtractMostSignificantBits() << i;
        }
        return bits;
    }

    public bool Passes(Segment segment, uint doc)
    {
        if (column.Slot >= 0)
            return BitSet.Has(set!, segment.Rows[(doc * (long)SearchColumns.RowBytes) + column.Slot]);
        var values = segment.Column(column.Column);
        switch (column.Width)
        {
            case 2:
                return BitSet.Has(set!, ((ushort*)values)[doc]);
            case 4:
                var day = ((int*)values)[doc];
                return day >= from && day <= to;
            default:
                var value = ((long*)values)[doc];
                return value >= from && value <= to;
        }
    }
}
