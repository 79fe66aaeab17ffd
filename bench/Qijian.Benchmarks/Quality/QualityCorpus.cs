using System.Globalization;
using System.IO.Hashing;
using System.Runtime.InteropServices;
using Qijian.Engine.Identifiers;
using Qijian.Engine.Search;
using Qijian.Engine.Text;

namespace Qijian.Benchmarks.Quality;

/// <summary>What one engine is filled with: all companies or a sample, with or without what the listed file tells of them.</summary>
/// <param name="Documents">About how many; null for all.</param>
/// <param name="Expected">Numbers that every sample holds.</param>
internal sealed record QualitySet(QualityCorpus Corpus, bool WithListed, int? Documents, HashSet<int> Expected)
{
    public string Name => $"{(WithListed ? "listed" : "register")}{(Documents is null ? "" : $"-{Documents}")}";

    private int Count => Corpus.Register.Count + (WithListed ? Corpus.Added.Length : 0);

    public IEnumerable<int> Numbers => Enumerable.Range(1, Count).Where(n => Documents is null || Expected.Contains(n) || QualityCorpus.Mix((ulong)n) % (ulong)Count < (ulong)Documents);

    public SearchDocument DocumentOf(int number) => Corpus.DocumentOf(number, WithListed);
}

/// <summary>The companies that the quality set searches: the register, what its excerpt adds, the listed companies, and what is generated.</summary>
/// <remarks>
/// A company's number is its line in the register; listed companies that the register lacks follow. The register has no former name,
/// English name or LEI and hardly an old registration number: they are generated for some companies, by the line number alone.
/// </remarks>
internal sealed class QualityCorpus
{
    /// <summary>Raised when <see cref="DocumentOf"/> changes: older cached indexes are then built anew.</summary>
    public const int Version = 1;

    public const string Generated = "former names (1 company in 100), English names (1 in 50 unlisted), old registration numbers (1 in 50, besides the 7,318 real ones) and LEIs (1 in 500) are generated with a fixed seed";

    private readonly int[] fullOf, listedOf;
    private readonly Dictionary<string, int> listedByTicker = new(StringComparer.Ordinal);

    private QualityCorpus(List<RegisterRow> register, List<FullRow> full, List<ListedRow> listed)
    {
        (Register, Full, Listed) = (register, full, listed);
        fullOf = new int[register.Count];
        RegisterOf = new int[full.Count];
        listedOf = new int[register.Count];
        NumberOf = new int[listed.Count];
        var hashes = new ulong[register.Count + listed.Count];
        var byCode = full.Select((row, i) => (row.Code, i)).ToDictionary(p => p.Code, p => p.i, StringComparer.Ordinal);
        var byName = listed.Select((row, i) => (Hash(row.Name), i)).ToDictionary(p => p.Item1, p => p.i);
        for (var i = 0; i < register.Count; i++)
        {
            var (name, code, _, _) = register[i];
            foreach (var c in name)
                Frequency[c]++;
            fullOf[i] = listedOf[i] = -1;
            if (byCode.TryGetValue(code, out var f))
                (fullOf[i], RegisterOf[f]) = (f, i);
            hashes[i] = Hash(name);
            if (byName.TryGetValue(hashes[i], out var l) && NumberOf[l] == 0)
                (listedOf[i], NumberOf[l]) = (l, i + 1);
        }
        Added = [.. Enumerable.Range(0, listed.Count).Where(l => NumberOf[l] == 0)];
        for (var i = 0; i < Added.Length; i++)
        {
            NumberOf[Added[i]] = register.Count + i + 1;
            hashes[register.Count + i] = Hash(listed[Added[i]].Name);
        }
        NameHashes = hashes[..(register.Count + Added.Length)];
        for (var l = 0; l < listed.Count; l++)
            listedByTicker[listed[l].Ticker] = l;
    }

    public List<RegisterRow> Register { get; }

    public List<FullRow> Full { get; }

    public List<ListedRow> Listed { get; }

    /// <summary>The line in the register of each line of the excerpt, from 0.</summary>
    public int[] RegisterOf { get; }

    /// <summary>The company number of each listed company.</summary>
    public int[] NumberOf { get; }

    /// <summary>Listed companies that the register lacks.</summary>
    public int[] Added { get; }

    /// <summary>Of each company's name as <see cref="Normalizer.Key(string)"/> has it, by number less one.</summary>
    public ulong[] NameHashes { get; }

    /// <summary>How often each character stands in the register's names.</summary>
    public int[] Frequency { get; } = new int[char.MaxValue + 1];

    public static QualityCorpus Load() => new([.. TestData.Register()], [.. TestData.Full()], [.. TestData.Listed()]);

    public int? ListedOf(string ticker) => listedByTicker.TryGetValue(ticker, out var l) ? l : null;

    public bool IsInRegister(int number) => number <= Register.Count;

    public string NameOf(int number) => IsInRegister(number) ? Register[number - 1].Name : Listed[Added[number - 1 - Register.Count]].Name;

    public FullRow? FullOf(int number) => IsInRegister(number) && fullOf[number - 1] is >= 0 and var f ? Full[f] : null;

    public ListedRow? ListedOf(int number) => !IsInRegister(number) ? Listed[Added[number - 1 - Register.Count]] : listedOf[number - 1] is >= 0 and var l ? Listed[l] : null;

    public static ulong Hash(string name) => XxHash3.HashToUInt64(MemoryMarshal.AsBytes(Normalizer.Key(name).AsSpan()));

    public SearchDocument DocumentOf(int number, bool listed)
    {
        var row = IsInRegister(number) ? Register[number - 1] : default;
        var (full, share) = (FullOf(number), listed ? ListedOf(number) : null);
        var code = row.Code is { Length: 18 } ? row.Code : null;
        var lei = LeiOf(number);
        return new SearchDocument
        {
            Number = number,
            Id = code ?? $"x-{row.Code ?? share!.Ticker}",
            Name = row.Name ?? share!.Name,
            FormerNames = FormerNameOf(number) is { } former ? [former] : [],
            AlsoKnownAs = share is not null ? [share.ShortName, share.EnglishName] : EnglishNameOf(number) is { } english ? [english] : [],
            People = full is { Person.Length: > 0 } ? [full.Person] : [],
            CreditCode = code,
            RegistrationNumber = OldNumberOf(number),
            Lei = lei,
            StockCode = share?.Ticker,
            Scope = full?.Scope,
            Address = full?.Address,
            Province = row.Name is null ? share!.Province : row.Province,
            Listed = share is not null,
            FoundedDay = row.FoundedDay,
            CapitalFen = full?.CapitalFen ?? 0,
            Importance = ImportanceOf(share is not null, lei is not null, full?.CapitalFen ?? 0, row.FoundedDay),
        };
    }

    // As EmbeddedSearch has it for a company of unknown status.
    private static uint ImportanceOf(bool listed, bool lei, long capital, int founded) =>
        (listed ? 100_000u : 0) + 10_000 + (lei ? 2_000u : 0) + ((capital > 0 ? (uint)Math.Min(30, Math.Log2(capital)) : 0) * 100)
        + (founded > 0 ? (uint)Math.Clamp(2030 - DateOnly.FromDayNumber(founded).Year, 0, 60) : 0);

    public string? FormerNameOf(int number)
    {
        if (!IsInRegister(number) || Chance(number, 1, 100) is not { } chance)
            return null;
        var now = CompanyName.Parse(Register[number - 1].Name);
        var other = CompanyName.Parse(Register[(int)(chance % (ulong)Register.Count)].Name);
        return now[now.Brand].Length < 2 || other[other.Brand].Length < 2 || now[now.LegalForm].IsEmpty || now.BrandStart == 0 ? null
            : string.Concat(now.Name.AsSpan(0, now.BrandStart), other[other.Brand], now.Name.AsSpan(now.Brand.End.Value));
    }

    public string? LeiOf(int number)
    {
        if (!IsInRegister(number) || Chance(number, 2, 500) is not { } chance)
            return null;
        var body = $"3003{chance % 100_000_000_000_000:D14}";
        return body + Lei.Check(body + "00").Expected;
    }

    public string? OldNumberOf(int number)
    {
        if (!IsInRegister(number))
            return null;
        if (Register[number - 1].Code is { Length: RegistrationNumber.Length } old)
            return old;
        if (Chance(number, 3, 50) is not { } chance || Register[number - 1].Code is not { Length: 18 } code || !Codes.AreDigits(code.AsSpan(2, 6)))
            return null;
        var body = string.Create(CultureInfo.InvariantCulture, $"{code.AsSpan(2, 6)}{chance % 100_000_000:D8}");
        return body + RegistrationNumber.CheckDigit(body);
    }

    private string? EnglishNameOf(int number)
    {
        if (Chance(number, 4, 50) is not { } chance)
            return null;
        var name = CompanyName.Parse(Register[number - 1].Name);
        string[] trades = ["Technology", "Trading", "Industry", "Engineering", "Culture Media", "Logistics", "Investment", "Foods", "Machinery", "Pharmaceutical"];
        var brand = Pinyin.Full(name[name.Brand].ToString());
        return brand.Length == 0 ? null : $"{Capital(Pinyin.Full(name[name.Region].ToString(), PinyinReading.Place))} {Capital(brand)} {trades[chance % (ulong)trades.Length]} Co., Ltd.".TrimStart();

        static string Capital(string word) => word.Length == 0 ? "" : char.ToUpperInvariant(word[0]) + word[1..];
    }

    /// <summary>A number for one company in so many, by SplitMix64 of its number.</summary>
    private static ulong? Chance(int number, ulong salt, ulong oneIn)
    {
        var mixed = Mix(((ulong)number << 8) + salt);
        return mixed % oneIn == 0 ? mixed / oneIn : null;
    }

    public static ulong Mix(ulong x)
    {
        x += 0x9E3779B97F4A7C15;
        x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9;
        x = (x ^ (x >> 27)) * 0x94D049BB133111EB;
        return x ^ (x >> 31);
    }
}
