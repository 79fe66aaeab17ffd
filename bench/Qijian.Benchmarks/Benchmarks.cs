using Qijian.Benchmarks.Graph;
using Qijian.Benchmarks.Peers;
using Qijian.Benchmarks.Quality;

namespace Qijian.Benchmarks;

internal static class Benchmarks
{
    private static async Task<int> Main(string[] args) => args.FirstOrDefault() switch
    {
        "search-build" => SearchBench.Build(args),
        "search-query" => SearchBench.Query(args),
        "search-quality" => await QualityRun.RunAsync(args),
        "search-peers" => PeerRun.Run(args),
        "freshness" when args.Length > 1 => await FreshnessBench.RunAsync(args),
        "graph" => GraphRun.Run(args),
        "relations-file" when args.Length > 1 => RelationsFile.Write(args),
        "accounts" => await AccountsBench.RunAsync(args),
        "vault" => await VaultBench.RunAsync(args),
        "lookup" when args.Length > 1 => await LookupBench.RunAsync(args),
        "ledger" when args.Length > 1 => await ConsentBench.LedgerAsync(args),
        "guard" when args.Length > 1 => await ConsentBench.GuardAsync(args),
        _ => Usage(),
    };

    private static int Usage()
    {
        Console.Error.WriteLine("search-build [FILE] | search-query [FILE] | search-quality [--half tuning|reporting|all] [--engine embedded|postgres] [--documents N] [--kinds A,B] [--misses N] [--json FILE] [--choose] | search-peers [--documents N] [--engines A,B] [--seconds S] [--plain] [--json FILE] | graph [--nodes N] [--edges M] [--engines A,B] [--seconds S] [--queries Q] [--order community|breadth|given] [--json FILE] | relations-file FILE.jsonl.gz | lookup DATA-FOLDER [COMPANIES] | freshness DATA-FOLDER [SETTINGS] | accounts [JOURNEYS] [SETTINGS] | vault [PERSONS] | ledger DATA-FOLDER [ENTRIES] | guard DATA-FOLDER");
        return 2;
    }
}
