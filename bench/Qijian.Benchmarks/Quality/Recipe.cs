using System.Globalization;

namespace Qijian.Benchmarks.Quality;

internal enum Dataset
{
    /// <summary>The register's names; the key is the line, the heading not counted.</summary>
    Register,

    /// <summary>The register's excerpt with all columns; the key is the line.</summary>
    Full,

    /// <summary>The listed companies; the key is the ticker.</summary>
    Listed,
}

/// <summary>How a query is made; its text is not kept.</summary>
internal sealed record Recipe(string Kind, Dataset Dataset, string Key, string Transformation, int Seed, string Half)
{
    private const string Heading = "kind\tdataset\tkey\ttransformation\tseed\thalf";

    public static string DefaultFile { get; } = Path.Combine(TestData.Root, "bench", "Qijian.Benchmarks", "Quality", "recipes.tsv");

    public static List<Recipe> Read() => [.. File.ReadLines(DefaultFile).Skip(1).Select(line => line.Split('\t')).Select(f =>
        new Recipe(f[0], Enum.Parse<Dataset>(f[1], ignoreCase: true), f[2], f[3], int.Parse(f[4], CultureInfo.InvariantCulture), f[5]))];

    public static void Write(IEnumerable<Recipe> recipes) => File.WriteAllLines(DefaultFile,
        [Heading, .. recipes.Select(r => string.Create(CultureInfo.InvariantCulture, $"{r.Kind}\t{r.Dataset.ToString().ToLowerInvariant()}\t{r.Key}\t{r.Transformation}\t{r.Seed}\t{r.Half}"))]);

    /// <summary>The number of the company it is about.</summary>
    public int NumberIn(QualityCorpus corpus) => Dataset switch
    {
        Dataset.Register => int.Parse(Key, CultureInfo.InvariantCulture),
        Dataset.Full => corpus.RegisterOf[int.Parse(Key, CultureInfo.InvariantCulture) - 1] + 1,
        _ => corpus.NumberOf[corpus.ListedOf(Key)!.Value],
    };
}

/// <summary>Which share of the queries of a kind must be answered within the first so many hits.</summary>
internal sealed record Goal(int At, double Share);

/// <summary>A kind of query: where its companies come from, how its text is made, how many, and what is aimed at.</summary>
/// <param name="Name">As in the recipes.</param>
/// <param name="Dataset">Where its companies are drawn from.</param>
/// <param name="Count">Recipes.</param>
/// <param name="Goal">Aimed at on the reporting half.</param>
/// <param name="WithListed">Whether the listed file lies beside the register.</param>
/// <param name="Transformations">Used in turn.</param>
internal sealed record QualityKind(string Name, Dataset Dataset, int Count, Goal? Goal, bool WithListed, params string[] Transformations)
{
    private static readonly Goal First = new(1, 1), Third = new(3, 0.95), Missing = new(3, 0.9), Typo = new(3, 0.75);

    /// <summary>All kinds of the recipes.</summary>
    public static IReadOnlyList<QualityKind> All { get; } =
    [
        new("full-name", Dataset.Register, 60, First, true, "name"),
        new("short-name", Dataset.Listed, 100, Third, true, "short-name"),
        new("short-name-from-full-names", Dataset.Listed, 100, new(10, 0.6), false, "short-name"),
        new("former-name", Dataset.Register, 40, First, true, "former-name"),
        new("english-name", Dataset.Listed, 100, Third, true, "english-name"),
        new("pinyin", Dataset.Listed, 100, Third, true, "pinyin"),
        new("pinyin-of-full-name", Dataset.Register, 40, Third, true, "pinyin"),
        new("initials", Dataset.Listed, 40, null, true, "initials"),
        new("initials-of-full-name", Dataset.Register, 40, null, true, "initials"),
        new("traditional", Dataset.Register, 40, null, true, "traditional"),
        new("full-width", Dataset.Register, 40, null, true, "full-width"),
        new("brackets", Dataset.Register, 40, null, true, "brackets"),
        new("spaces", Dataset.Register, 40, null, true, "spaces"),
        new("without-form", Dataset.Register, 40, null, true, "without-form"),
        new("form-abbreviated", Dataset.Register, 40, null, true, "form-abbreviated"),
        new("without-region", Dataset.Register, 40, null, true, "without-region"),
        new("region-in-brackets", Dataset.Register, 40, null, true, "region-in-brackets"),
        new("wrong-character", Dataset.Register, 60, Typo, true, "wrong"),
        new("missing-character", Dataset.Register, 60, Missing, true, "missing"),
        new("extra-character", Dataset.Register, 60, Typo, true, "extra"),
        new("swapped-characters", Dataset.Register, 60, Typo, true, "swapped"),
        new("homophone", Dataset.Register, 60, Typo, true, "homophone"),
        new("credit-code", Dataset.Register, 40, First, true, "code"),
        new("code-fragment", Dataset.Register, 40, null, true, "code-fragment"),
        new("old-number", Dataset.Register, 40, First, true, "old-number"),
        new("lei", Dataset.Register, 40, First, true, "lei"),
        new("stock-code", Dataset.Listed, 40, First, true, "ticker", "ticker-digits"),
        new("person", Dataset.Full, 40, null, true, "person"),
        new("scope", Dataset.Full, 40, null, true, "scope"),
        new("address", Dataset.Full, 40, null, true, "address"),
        new("alias", Dataset.Listed, 0, null, true),
        new("mixed", Dataset.Full, 60, null, true, "region+brand", "pinyin+region", "person+brand"),
    ];

    /// <summary>Drawn anew in every run, by the same rules.</summary>
    public static IReadOnlyList<QualityKind> Generated { get; } =
    [
        new("generated: wrong", Dataset.Register, 250, Typo, true, "wrong"),
        new("generated: missing", Dataset.Register, 250, Missing, true, "missing"),
        new("generated: extra", Dataset.Register, 250, Typo, true, "extra"),
        new("generated: swapped", Dataset.Register, 250, Typo, true, "swapped"),
        new("generated: brand", Dataset.Register, 334, null, true, "brand"),
        new("generated: region + brand", Dataset.Register, 333, null, true, "region+brand"),
        new("generated: brand + trade", Dataset.Register, 333, null, true, "brand+trade"),
        new("generated: pinyin", Dataset.Register, 1000, null, true, "pinyin"),
    ];
}
