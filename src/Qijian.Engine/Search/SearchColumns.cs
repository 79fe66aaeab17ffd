namespace Qijian.Engine.Search;

/// <summary>A column by which results are filtered, counted or sorted.</summary>
public enum SearchColumn
{
    /// <summary>Province code.</summary>
    Province,

    /// <summary>Industry division code.</summary>
    Industry,

    /// <summary>Registration status code.</summary>
    Status,

    /// <summary>Kind of body code.</summary>
    Kind,

    /// <summary>1 where listed.</summary>
    Listed,

    /// <summary>Currency and band of registered capital, see <see cref="SearchColumns.Band"/>.</summary>
    CapitalBand,

    /// <summary>Calendar year of foundation (1900 to 2154), 0 where unknown.</summary>
    FoundedYear,

    /// <summary>City code.</summary>
    City,

    /// <summary>Industry class code.</summary>
    IndustryClass,

    /// <summary>Days since 0001-01-01.</summary>
    FoundedDay,

    /// <summary>Hundredths of the currency unit.</summary>
    CapitalFen,
}

/// <summary>The declared table of columns. A new column is one member of <see cref="SearchColumn"/> and one line here; it raises <see cref="IndexFormat.Version"/>.</summary>
/// <remarks>Columns one byte wide are packed side by side in one row a document, so that a hit costs one cache line whatever the number of facets; wider ones are arrays of their own.</remarks>
public static class SearchColumns
{
    internal static readonly ColumnSpec[] All = Lay(
    [
        new(SearchColumn.Province, 1, true, 0, static d => d.Province),
        new(SearchColumn.Industry, 1, true, 0, static d => d.Industry),
        new(SearchColumn.Status, 1, true, 0, static d => d.Status),
        new(SearchColumn.Kind, 1, true, 0, static d => d.Kind),
        new(SearchColumn.Listed, 1, true, 0, static d => d.Listed ? 1u : 0u),
        new(SearchColumn.CapitalBand, 1, true, 0, static d => d.CapitalFen <= 0 ? 0 : Band(d.Currency, CapitalBand(d.CapitalFen))),
        new(SearchColumn.FoundedYear, 1, true, 1899, static d => YearCode(d.FoundedDay)),
        new(SearchColumn.City, 2, true, 0, static d => d.City),
        new(SearchColumn.IndustryClass, 2, true, 0, static d => d.IndustryClass),
        new(SearchColumn.FoundedDay, 4, false, 0, static d => (uint)Math.Max(0, d.FoundedDay)),
        new(SearchColumn.CapitalFen, 8, false, 0, static d => (ulong)Math.Max(0, d.CapitalFen)),
    ]);

    /// <summary>Bytes of a document's packed row: the one-byte columns, rounded up to eight.</summary>
    internal static readonly int RowBytes = (All.Count(c => c.Width == 1) + 7) / 8 * 8;

    /// <summary>Bytes of all columns of one document while it waits to be written.</summary>
    internal static readonly int RecordBytes = All.Sum(c => c.Width);

    /// <summary>0 unknown, 1 below one million (in currency units), 2 below 5, 3 below 10, 4 below 50, 5 below 100, 6 below 1,000 million, 7 above.</summary>
    public static byte CapitalBand(long fen) => fen switch
    {
        <= 0 => 0,
        < 100_000_000 => 1,
        < 500_000_000 => 2,
        < 1_000_000_000 => 3,
        < 5_000_000_000 => 4,
        < 10_000_000_000 => 5,
        < 100_000_000_000 => 6,
        _ => 7,
    };

    /// <summary>A currency (below 32) and a band of it as one value of <see cref="SearchColumn.CapitalBand"/>.</summary>
    public static uint Band(byte currency, uint band) => ((uint)(currency & 31) << 3) | (band & 7);

    /// <summary>The currency and the band of a value.</summary>
    public static (byte Currency, uint Band) BandOf(uint value) => ((byte)(value >> 3), value & 7);

    /// <summary>The column that stands for all columns of one property: facets of it are counted without its filters.</summary>
    internal static SearchColumn GroupOf(SearchColumn column) => column switch
    {
        SearchColumn.IndustryClass => SearchColumn.Industry,
        SearchColumn.FoundedDay => SearchColumn.FoundedYear,
        SearchColumn.CapitalFen => SearchColumn.CapitalBand,
        _ => column,
    };

    /// <summary>A day's year as <see cref="SearchColumn.FoundedYear"/> stores it; 0 where unknown.</summary>
    internal static uint YearCode(int day) => day <= 0 ? 0 : (uint)Math.Clamp(YearOf(day) - 1899, 1, 255);

    internal static ColumnSpec Of(SearchColumn column) => All[(int)column];

    private static int YearOf(int day) => day > DateOnly.MaxValue.DayNumber ? 9999 : DateOnly.FromDayNumber(day).Year;

    private static ColumnSpec[] Lay(ColumnSpec[] columns)
    {
        int slot = 0, record = 0;
        for (var i = 0; i < columns.Length; i++)
        {
            if ((int)columns[i].Column != i)
                throw new InvalidOperationException("The table must follow the order of the enumeration.");
            columns[i] = columns[i] with { Slot = columns[i].Width == 1 ? slot++ : -1, RecordOffset = record };
            record += columns[i].Width;
        }
        return columns;
    }
}

/// <summary>One column: its width in bytes, whether facets count it, what is added to a stored non-zero value to show it, and where it comes from.</summary>
internal sealed record ColumnSpec(SearchColumn Column, int Width, bool Facet, uint Base, Func<SearchDocument, ulong> Read)
{
    /// <summary>Byte in the packed row, -1 for a column with an array of its own.</summary>
    public int Slot { get; init; }

    public int RecordOffset { get; init; }

    /// <summary>What a public value is stored as; -1 where no document can have it.</summary>
    public long Store(uint value)
    {
        var stored = value == 0 ? 0 : (long)value - Base;
        return stored < (value == 0 ? 0 : 1) || (Width < 4 && stored >= 1L << (8 * Width)) ? -1 : stored;
    }

    public uint Show(uint stored) => stored == 0 ? 0 : stored + Base;
}
