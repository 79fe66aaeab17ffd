using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Qijian.Engine.Search;
using Qijian.Engine.Text;

namespace Qijian.Benchmarks.Quality;

/// <summary>What is scored: any engine that answers a text with company numbers.</summary>
internal interface IFindCompanies : IDisposable
{
    /// <summary>The best first.</summary>
    IReadOnlyList<int> Find(string text, int most);
}

/// <summary>How often the expected company was among the first hits.</summary>
internal sealed record QualityScore(string Kind, string Half, int Queries, double RecallAt1, double RecallAt3, double RecallAt10, double ReciprocalRank);

/// <summary>Scores search on recipes over real names: <c>search-quality [--half tuning|reporting|all] [--engine embedded|postgres] [--documents N] [--kinds A,B] [--misses N] [--json FILE] [--choose]</c>.</summary>
internal static class QualityRun
{
    private const int Most = 10;

    public static async Task<int> RunAsync(string[] args)
    {
        if (TestData.Missing(TestData.RegisterFile, TestData.FullFile, TestData.ListedFile, TestData.TraditionalFolder) is { } missing)
        {
            Console.WriteLine($"skipped: search-quality needs {missing} (QIJIAN_TESTDATA)");
            return 0;
        }
        var (half, engine, kinds) = (Option(args, "--half") ?? "all", Option(args, "--engine") ?? "embedded", Option(args, "--kinds")?.Split(','));
        var watch = Stopwatch.StartNew();
        var corpus = QualityCorpus.Load();
        Transformer transformer = new(corpus);
        ChooseRecipes choose = new(corpus, transformer);
        Console.WriteLine($"{corpus.Register.Count:N0} companies of the register, {corpus.Listed.Count:N0} listed, of which {corpus.Listed.Count - corpus.Added.Length:N0} are in it; read in {watch.Elapsed.TotalSeconds:0.0} s");
        Console.WriteLine(QualityCorpus.Generated);
        Console.WriteLine(ChooseRecipes.Rule);
        Console.WriteLine("right: the company of the recipe or any of exactly its name; for persons, scope, address, code fragments and readings of a full name any company that has them");
        if (args.Contains("--choose"))
        {
            Recipe.Write(choose.Checked());
            Console.WriteLine($"{Recipe.DefaultFile} written in {watch.Elapsed.TotalSeconds:0.0} s");
            return 0;
        }
        List<Recipe> recipes = [.. Recipe.Read(), .. choose.Generated()];
        // Those of every recipe, asked now or not: the same sample in every run.
        var documents = Option(args, "--documents") is { } most ? int.Parse(most, CultureInfo.InvariantCulture) : (int?)null;
        var expected = recipes.Select(r => r.NumberIn(corpus)).ToHashSet();
        if (documents is not null)
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"a sample of about {documents:N0} companies, with all that a query expects: easier than the whole"));
        recipes.RemoveAll(r => (half != "all" && r.Half != half) || (kinds is not null && !kinds.Contains(r.Kind)));
        Console.WriteLine($"{recipes.Count:N0} queries made at {watch.Elapsed.TotalSeconds:0.0} s");
        List<QualityScore> scores = [];
        Dictionary<Recipe, (Drawn Drawn, int Rank, IReadOnlyList<int> Hits)> answers = [];
        foreach (var withListed in new[] { true, false })
        {
            var asked = recipes.Where(r => KindOf(r.Kind).WithListed == withListed).ToList();
            if (asked.Count == 0)
                continue;
            if (await OpenAsync(engine, new(corpus, withListed, documents, expected)) is not { } finder)
                return 2;
            using (finder)
            {
                foreach (var recipe in asked)
                    answers[recipe] = Ask(recipe, corpus, transformer, finder);
            }
        }
        Console.WriteLine($"asked at {watch.Elapsed.TotalSeconds:0.0} s, {Environment.CpuUsage.TotalTime.TotalSeconds:0.0} CPU s\n");
        Console.WriteLine($"{"kind",-28} {"half",-10} {"queries",7} {"@1",7} {"@3",7} {"@10",7} {"MRR",6}");
        foreach (var group in recipes.GroupBy(r => (r.Kind, r.Half)).OrderBy(g => recipes.FindIndex(r => r.Kind == g.Key.Kind)).ThenByDescending(g => g.Key.Half, StringComparer.Ordinal))
        {
            var ranks = group.Select(r => answers[r].Rank).ToArray();
            double Share(int at) => ranks.Count(r => r > 0 && r <= at) / (double)ranks.Length;
            QualityScore score = new(group.Key.Kind, group.Key.Half, ranks.Length, Share(1), Share(3), Share(10), ranks.Average(r => r > 0 ? 1.0 / r : 0));
            scores.Add(score);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{score.Kind,-28} {score.Half,-10} {score.Queries,7} {score.RecallAt1,7:0.0%} {score.RecallAt3,7:0.0%} {score.RecallAt10,7:0.0%} {score.ReciprocalRank,6:0.000}{Judged(score)}"));
        }
        if (Option(args, "--misses") is { } shown)
            PrintMisses(answers, corpus, int.Parse(shown, CultureInfo.InvariantCulture));
        if (Option(args, "--json") is { } file)
            File.WriteAllText(file, JsonSerializer.Serialize(new { engine, scores }, JsonSerializerOptions.Web));
        return 0;
    }

    /// <summary>Opens an engine over the companies; a further one is a line here.</summary>
    private static async Task<IFindCompanies?> OpenAsync(string engine, QualitySet set)
    {
        switch (engine)
        {
            case "embedded":
                return new EmbeddedFinder(set);
            case "postgres" when Environment.GetEnvironmentVariable(PostgresFinder.Server) is { Length: > 0 } server:
                return await PostgresFinder.OpenAsync(set, server);
            case "postgres":
                Console.Error.WriteLine($"{PostgresFinder.Server} names no server");
                return null;
            default:
                Console.Error.WriteLine($"no engine “{engine}”: embedded, postgres");
                return null;
        }
    }

    private static QualityKind KindOf(string name) => QualityKind.All.Concat(QualityKind.Generated).First(k => k.Name == name);

    private static (Drawn Drawn, int Rank, IReadOnlyList<int> Hits) Ask(Recipe recipe, QualityCorpus corpus, Transformer transformer, IFindCompanies finder)
    {
        var number = recipe.NumberIn(corpus);
        var drawn = transformer.Draw(recipe.Transformation, number, recipe.Seed) ?? throw new InvalidDataException($"{recipe} makes no query: the data has changed; choose anew with --choose.");
        var hits = finder.Find(drawn.Text, Most);
        var rank = 0;
        for (var i = 0; i < hits.Count && rank == 0; i++)
        {
            if (IsRight(hits[i], number, drawn, corpus))
                rank = i + 1;
        }
        return (drawn, rank, hits);
    }

    private static bool IsRight(int hit, int expected, Drawn drawn, QualityCorpus corpus) => corpus.NameHashes[hit - 1] == corpus.NameHashes[expected - 1] || (drawn.Of, drawn.Parts) switch
    {
        (PartsOf.Person, [var person]) => corpus.FullOf(hit)?.Person == person,
        (PartsOf.Person, [var person, var brand]) => corpus.FullOf(hit)?.Person == person && corpus.NameOf(hit).Contains(brand, StringComparison.Ordinal),
        (PartsOf.Scope, var phrases) => corpus.FullOf(hit) is { } row && phrases.All(p => row.Scope.Contains(p, StringComparison.Ordinal)),
        (PartsOf.Address, _) => corpus.FullOf(hit)?.Address.Contains(drawn.Text, StringComparison.Ordinal) == true,
        (PartsOf.Code, [var fragment]) => corpus.IsInRegister(hit) && corpus.Register[hit - 1].Code.Contains(fragment, StringComparison.Ordinal),
        (PartsOf.Pinyin, _) => Pinyin.Full(corpus.NameOf(hit), PinyinReading.CompanyName) == drawn.Text,
        (PartsOf.Initials, _) => Pinyin.Initials(corpus.NameOf(hit), PinyinReading.CompanyName) == drawn.Text,
        _ => false,
    };

    private static string Judged(QualityScore score)
    {
        if (KindOf(score.Kind).Goal is not { } goal)
            return "";
        var reached = goal.At switch { 1 => score.RecallAt1, 3 => score.RecallAt3, _ => score.RecallAt10 };
        return string.Create(CultureInfo.InvariantCulture, $"  aim {goal.Share:0%} @{goal.At}{(reached >= goal.Share ? "" : ": NOT REACHED")}");
    }

    private static void PrintMisses(Dictionary<Recipe, (Drawn Drawn, int Rank, IReadOnlyList<int> Hits)> answers, QualityCorpus corpus, int most)
    {
        foreach (var kind in answers.Where(a => a.Value.Rank is 0 or > 3).GroupBy(a => a.Key.Kind))
        {
            Console.WriteLine($"\n{kind.Key}, not in the top 3:");
            foreach (var (recipe, (drawn, rank, hits)) in kind.Take(most))
                Console.WriteLine($"  “{drawn.Text}” for {corpus.NameOf(recipe.NumberIn(corpus))}: {(rank == 0 ? "-" : rank)}; {hits.Count} hits: {string.Join(", ", hits.Take(3).Select(corpus.NameOf))}");
        }
    }

    private static string? Option(string[] args, string name) => Array.IndexOf(args, name) is >= 0 and var at && at + 1 < args.Length ? args[at + 1] : null;
}

/// <summary>Our index, built once for each version of its format and kept in the artifacts.</summary>
internal sealed class EmbeddedFinder : IFindCompanies
{
    private readonly SearchIndex index;

    public EmbeddedFinder(QualitySet set)
    {
        var path = TestData.Artifact($"quality-{set.Name}-c{QualityCorpus.Version}-v{IndexFormat.Version}.index");
        if (SearchIndex.Open(path).Index is not { } opened)
        {
            var watch = Stopwatch.StartNew();
            using var builder = SearchIndexBuilder.WithTemporaryFolder(Path.GetDirectoryName(path)!);
            foreach (var number in set.Numbers)
                builder.Add(set.DocumentOf(number));
            builder.Save(path, 1, TimeProvider.System.GetUtcNow());
            Console.WriteLine($"{path} built in {watch.Elapsed.TotalSeconds:0} s");
            opened = SearchIndex.Open(path).Index!;
        }
        index = opened;
    }

    public IReadOnlyList<int> Find(string text, int most) => [.. index.Current.Search(new SearchQuery { Text = text, Alternatives = Aliases.Builtin.Of(text), Limit = most }).Hits.Select(h => h.Number)];

    public void Dispose() => index.Dispose();
}
