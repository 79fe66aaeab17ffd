using System.Globalization;
using Qijian.Engine.Text;

namespace Qijian.Benchmarks.Quality;

/// <summary>Chooses the companies of the recipes with a fixed seed, spread over each file, and leaves out those that are ambiguous by rule.</summary>
internal sealed class ChooseRecipes(QualityCorpus corpus, Transformer transformer)
{
    public const string Rule =
        "discarded: a text other than a full name that is the exact name of another company; words of a name that stand together in the names of more than three companies; "
        + "a code fragment, person, address or pair of scope phrases that more than three companies have; initials or pinyin of a short name that another listed company has too; "
        + "a person whose name stands in a company's name";

    private const int MostCompanies = 3, MostTries = 40_000;

    // What people say, as positions in the full name that the listed file has: chosen by hand, no text is kept.
    private static readonly (string Ticker, string Characters)[] Aliases =
    [
        ("600028.SH", "0,2,4"), ("601857.SH", "0,2,3"), ("600938.SH", "0,2,5"), ("601398.SH", "2,5"), ("601939.SH", "2,5"), ("601288.SH", "2,5"), ("601988.SH", "0,3"), ("601328.SH", "0,3"),
        ("600036.SH", "0,3"), ("600941.SH", "0,2,3"), ("601728.SH", "0,2,3"), ("600029.SH", "2,4"), ("600115.SH", "2,4"), ("601186.SH", "0,2,3"), ("601800.SH", "0,2,4"), ("601668.SH", "0,2"), ("601628.SH", "1,3"),
        ("600104.SH", "0,2"), ("601238.SH", "0,2"), ("600808.SH", "0,3"), ("601111.SH", "1,4"), ("600018.SH", "0,4"), ("600019.SH", "0,2"), ("601669.SH", "0,2,4"), ("601868.SH", "0,2,4"),
    ];

    private readonly HashSet<ulong> names = [.. corpus.NameHashes];
    private readonly ILookup<string, int> shortReadings = Enumerable.Range(0, corpus.Listed.Count).ToLookup(l => Pinyin.Full(corpus.Listed[l].ShortName), StringComparer.Ordinal);
    private readonly ILookup<string, int> shortInitials = Enumerable.Range(0, corpus.Listed.Count).ToLookup(l => corpus.Listed[l].Initials.ToLowerInvariant(), StringComparer.Ordinal);

    public List<Recipe> Checked() => [.. Choose(QualityKind.All, 20261125), .. Aliases.Select((a, i) => new Recipe("alias", Dataset.Listed, a.Ticker, $"characters:{a.Characters}", 0, Half(i)))];

    public List<Recipe> Generated() => Choose(QualityKind.Generated, 7);

    private static string Half(int i) => i % 2 == 0 ? "tuning" : "reporting";

    private sealed record Candidate(Recipe Recipe, int Slice, int Number, Drawn Drawn);

    private List<Recipe> Choose(IReadOnlyList<QualityKind> kinds, ulong seed)
    {
        List<Candidate> candidates = [];
        for (var k = 0; k < kinds.Count; k++)
            candidates.AddRange(Candidates(kinds[k], seed + (ulong)k));
        var shared = candidates.Where(c => c.Drawn.Of is PartsOf.Name || c.Recipe.Kind == "person").SelectMany(c => c.Drawn.Parts).ToHashSet(StringComparer.Ordinal);
        var holders = NamesWith(shared);
        List<Recipe> chosen = [];
        foreach (var slice in candidates.GroupBy(c => (c.Recipe.Kind, c.Slice)))
        {
            if (slice.FirstOrDefault(c => IsClear(c, holders)) is { } candidate)
                chosen.Add(candidate.Recipe);
            else
                Console.Error.WriteLine($"{slice.Key}: all {slice.Count()} candidates are ambiguous");
        }
        return chosen;
    }

    private IEnumerable<Candidate> Candidates(QualityKind kind, ulong seed)
    {
        var rows = kind.Dataset switch { Dataset.Register => corpus.Register.Count, Dataset.Full => corpus.Full.Count, _ => corpus.Listed.Count };
        for (var i = 0; i < kind.Count; i++)
        {
            var transformation = kind.Transformations[i % kind.Transformations.Length];
            var half = Half(i / kind.Transformations.Length);
            var wanted = transformation is "brand" or "scope" or "brand+trade" or "region+brand" or "pinyin+region" ? 60 : 12;
            for (var attempt = 0; attempt < MostTries && wanted > 0; attempt++)
            {
                var chance = QualityCorpus.Mix((seed << 40) + ((ulong)i << 16) + (ulong)attempt);
                var row = (int)((long)rows * i / kind.Count) + (int)(chance % (ulong)Math.Max(1, rows / kind.Count));
                var key = kind.Dataset == Dataset.Listed ? corpus.Listed[row].Ticker : (row + 1).ToString(CultureInfo.InvariantCulture);
                Recipe recipe = new(kind.Name, kind.Dataset, key, transformation, (int)((chance >> 32) & 0xFFFF), half);
                var number = recipe.NumberIn(corpus);
                if ((!kind.WithListed && !corpus.IsInRegister(number)) || transformer.Draw(transformation, number, recipe.Seed) is not { } drawn || !IsNoOthersName(drawn, number))
                    continue;
                wanted--;
                yield return new Candidate(recipe, i, number, drawn);
            }
        }
    }

    private bool IsNoOthersName(Drawn drawn, int number)
    {
        var hash = QualityCorpus.Hash(drawn.Text);
        return hash == corpus.NameHashes[number - 1] || !names.Contains(hash);
    }

    private bool IsClear(Candidate candidate, Dictionary<string, List<int>> holders) => candidate.Drawn.Of switch
    {
        PartsOf.Name => Together(candidate.Drawn.Parts, holders) <= MostCompanies,
        PartsOf.Person when candidate.Drawn.Parts is [var person] => Rows(candidate.Drawn) <= MostCompanies && holders[person].Count == 0,
        PartsOf.Person or PartsOf.Scope or PartsOf.Address or PartsOf.Code => Rows(candidate.Drawn) <= MostCompanies,
        _ when candidate.Recipe is { Dataset: Dataset.Listed, Transformation: "pinyin" } => shortReadings[candidate.Drawn.Text].Count() == 1,
        _ when candidate.Recipe is { Dataset: Dataset.Listed, Transformation: "initials" } => shortInitials[candidate.Drawn.Text].Count() == 1,
        _ => true,
    };

    /// <summary>Companies whose names hold all the words; many where it is not worth counting.</summary>
    private int Together(string[] words, Dictionary<string, List<int>> holders)
    {
        var rarest = words.MinBy(w => holders[w].Count)!;
        return holders[rarest].Count == MostHolders ? int.MaxValue : holders[rarest].Count(n => words.All(w => Normalizer.Key(corpus.NameOf(n)).Contains(Normalizer.Key(w), StringComparison.Ordinal)));
    }

    private const int MostHolders = 2000;

    /// <summary>The companies, at most so many, whose names hold each word, brackets and spaces disregarded.</summary>
    private Dictionary<string, List<int>> NamesWith(IReadOnlyCollection<string> words)
    {
        var found = words.ToDictionary(w => w, _ => new List<int>(), StringComparer.Ordinal);
        var keys = words.ToLookup(Normalizer.Key, w => found[w], StringComparer.Ordinal).Where(g => g.Key.Length > 1).ToDictionary(g => g.Key, g => g.First(), StringComparer.Ordinal);
        foreach (var word in words.Where(w => keys.ContainsKey(Normalizer.Key(w))))
            found[word] = keys[Normalizer.Key(word)];
        var byText = keys.GetAlternateLookup<ReadOnlySpan<char>>();
        var lengths = new uint[1 << 16]; // of the words that begin with two characters of this hash, a bit each
        foreach (var key in keys.Keys)
            lengths[Start(key)] |= 1u << Math.Min(31, key.Length);
        var buffer = new char[4096];
        for (var number = 1; number <= corpus.NameHashes.Length; number++)
        {
            var name = buffer.AsSpan(0, Normalizer.Key(corpus.NameOf(number), buffer));
            for (var at = 0; at + 1 < name.Length; at++)
            {
                for (var bits = lengths[Start(name[at..])]; bits != 0; bits &= bits - 1)
                {
                    var length = System.Numerics.BitOperations.TrailingZeroCount(bits);
                    if (at + length <= name.Length && byText.TryGetValue(name.Slice(at, length), out var list) && list.Count < MostHolders && (list.Count == 0 || list[^1] != number))
                        list.Add(number);
                }
            }
        }
        return found;

        static int Start(ReadOnlySpan<char> text) => ((text[0] * 0x9E37) ^ text[1]) & 0xFFFF;
    }

    /// <summary>How many companies have what a candidate asks for in another field than the name; counting stops above the limit.</summary>
    private int Rows(Drawn drawn) => (drawn.Of, drawn.Parts) switch
    {
        (PartsOf.Person, [var person]) => Count(corpus.Full.Count, i => corpus.Full[i].Person == person),
        (PartsOf.Person, [var person, var brand]) => Count(corpus.Full.Count, i => corpus.Full[i].Person == person && corpus.NameOf(corpus.RegisterOf[i] + 1).Contains(brand, StringComparison.Ordinal)),
        (PartsOf.Scope, var phrases) => Count(corpus.Full.Count, i => phrases.All(p => corpus.Full[i].Scope.Contains(p, StringComparison.Ordinal))),
        (PartsOf.Address, _) => Count(corpus.Full.Count, i => corpus.Full[i].Address.Contains(drawn.Text, StringComparison.Ordinal)),
        (PartsOf.Code, [var fragment]) => Count(corpus.Register.Count, i => corpus.Register[i].Code.Contains(fragment, StringComparison.Ordinal)),
        _ => 0,
    };

    private static int Count(int rows, Func<int, bool> has)
    {
        var count = 0;
        for (var i = 0; i < rows && count <= MostCompanies; i++)
        {
            if (has(i))
                count++;
        }
        return count;
    }
}
