namespace Qijian.Benchmarks;

internal static class Benchmarks
{
    private static async Task<int> Main(string[] args) => args.FirstOrDefault() switch
    {
        "search-build" => SearchBench.Build(args),
        "search-query" => SearchBench.Query(args),
        "lookup" when args.Length > 1 => await LookupBench.RunAsync(args),
        _ => Usage(),
    };

    private static int Usage()
    {
        Console.Error.WriteLine("search-build [FILE] | search-query [FILE] | lookup DATA-FOLDER [COMPANIES]");
        return 2;
    }
}
